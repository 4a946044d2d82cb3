using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Keeps the queue moving: returns lost and delayed tasks to it. Every node does so, because each statement is guarded:
/// it happens within a second and needs no agreement. Waits until the next lease or delay can be over.
/// </summary>
internal sealed class QueueKeeper(
    ITaskUpkeep tasks,
    ReturnLostTasks returnLostTasks,
    WakeDelayedTasks wakeDelayedTasks,
    LeaseTerms leases,
    TimeProvider time
) : IPeriodicJob
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(10);

    public string Purpose => "return lost and delayed tasks to the queue";

    public TimeSpan Interval { get; private set; } = ShortestInterval;

    /// <summary>Ends leases and delays that are due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Interval = ShortestInterval;
        var due = await tasks.FindNextDueAsync(cancellationToken);
        if (due <= now)
        {
            await returnLostTasks.RunAsync(cancellationToken);
            await wakeDelayedTasks.RunAsync(cancellationToken);
            due = await tasks.FindNextDueAsync(cancellationToken);
        }

        // A lease or delay that begins after this run is not over before the shortest of them.
        var interval = Shorter(leases.Shortest, due is { } next ? next - now : LongestInterval);
        Interval = TimeSpan.FromTicks(Math.Clamp(interval.Ticks, ShortestInterval.Ticks, LongestInterval.Ticks));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
