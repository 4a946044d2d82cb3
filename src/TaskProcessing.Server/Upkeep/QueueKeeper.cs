using TaskProcessing.Server.Tasks.Leases;
using TaskProcessing.Server.Upkeep.Duties;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Keeps the queue moving: lost tasks come back, delayed ones get their time. Every node does it, as each statement is
/// guarded: so it happens within a second and needs no agreement. Rests until something is due, or could be.
/// </summary>
internal sealed class QueueKeeper(ITaskUpkeep tasks, ReturnLostTasks returnLostTasks, WakeDelayedTasks wakeDelayedTasks, LeaseTerms leases, TimeProvider time) : IRound
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    public string Purpose => "look for lost and delayed tasks";

    public TimeSpan Rest { get; private set; } = ShortestRest;

    /// <summary>Does what is due.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Rest = ShortestRest;
        var due = await tasks.FindNextDueAsync(cancellationToken);
        if (due <= now)
        {
            await returnLostTasks.RunAsync(cancellationToken);
            await wakeDelayedTasks.RunAsync(cancellationToken);
            due = await tasks.FindNextDueAsync(cancellationToken);
        }

        // A lease or delay that begins after this look is not over before the shortest of them.
        var rest = Shorter(leases.Shortest, due is { } next ? next - now : LongestRest);
        Rest = TimeSpan.FromTicks(Math.Clamp(rest.Ticks, ShortestRest.Ticks, LongestRest.Ticks));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
