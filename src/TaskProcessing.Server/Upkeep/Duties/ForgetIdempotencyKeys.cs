using Microsoft.Extensions.Options;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Upkeep.Duties;

/// <summary>Removes idempotency keys that count no longer.</summary>
internal sealed class ForgetIdempotencyKeys(ITaskUpkeep tasks, IOptions<QueueOptions> options, TimeProvider time) : ICaretakerDuty
{
    private const int Bite = 500;

    public string Name => "forget idempotency keys";

    public TimeSpan Interval => TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().AddHours(-options.Value.IdempotencyHours);
        while (await tasks.DeleteOldKeysAsync(before, Bite, cancellationToken) == Bite)
        {
        }
    }
}
