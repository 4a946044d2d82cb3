using Microsoft.Extensions.Options;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes idempotency keys that count no longer.</summary>
internal sealed class RemoveExpiredIdempotencyKeys(ITaskUpkeep tasks, IOptions<QueueOptions> options, TimeProvider time) : IMaintenanceJob
{
    private const int BatchSize = 500;

    public string Name => "remove expired idempotency keys";

    public TimeSpan Interval => MaintenanceInterval.For(options.Value.KeyLifetime);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.KeyLifetime;
        while (await tasks.DeleteOldKeysAsync(before, BatchSize, cancellationToken) == BatchSize) { }
    }
}
