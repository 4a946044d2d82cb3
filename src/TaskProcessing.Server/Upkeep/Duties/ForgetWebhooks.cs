using Microsoft.Extensions.Options;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Upkeep.Duties;

/// <summary>Removes deliveries from the log that ended long ago.</summary>
internal sealed class ForgetWebhooks(IWebhookStore webhooks, IOptions<WebhookOptions> options, TimeProvider time) : ICaretakerDuty
{
    private const int Bite = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public string Name => "forget webhooks";

    public TimeSpan Interval => TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.KeepDays == 0)
            return;

        var before = time.GetUtcNow().AddDays(-options.Value.KeepDays);
        while (await webhooks.DeleteOldAsync(before, Bite, cancellationToken) == Bite)
            await Task.Delay(Pause, time, cancellationToken);
    }
}
