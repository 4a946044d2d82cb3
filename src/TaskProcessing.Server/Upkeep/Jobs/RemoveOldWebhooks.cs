using Microsoft.Extensions.Options;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes deliveries from the log that ended long ago.</summary>
internal sealed class RemoveOldWebhooks(IWebhookStore webhooks, IOptions<WebhookOptions> options, TimeProvider time) : IMaintenanceJob
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public string Name => "remove old webhooks";

    public TimeSpan Interval => MaintenanceInterval.For(TimeSpan.FromDays(options.Value.KeepDays));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.KeepDays == 0)
            return;

        var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        while (await webhooks.DeleteOldAsync(before, BatchSize, cancellationToken) == BatchSize)
            await Task.Delay(Pause, time, cancellationToken);
    }
}
