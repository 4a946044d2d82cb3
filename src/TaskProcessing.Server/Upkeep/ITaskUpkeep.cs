using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// What is done to tasks in the background, always a few at a time, so that nobody waits for it. Safe for several nodes at
/// once; each statement is guarded like those of <see cref="ITaskStore"/>.
/// </summary>
internal interface ITaskUpkeep
{
    /// <summary>When the next lease or delay is over; null when there is none.</summary>
    Task<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Lose"/> for tasks whose lease is over and that had fewer than <paramref name="mostAttempts"/>; they keep their place.</summary>
    Task<IReadOnlyList<ProcessingTask>> ReturnLostAsync(int mostAttempts, int limit, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.GiveUp"/> for tasks whose lease is over and that had enough attempts.</summary>
    Task<IReadOnlyList<ProcessingTask>> GiveUpLostAsync(int mostAttempts, int limit, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Lets tasks be claimed whose time to be tried again has come; answers them.</summary>
    Task<IReadOnlyList<ProcessingTask>> WakeDelayedAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Every type of which tasks have ended.</summary>
    Task<IReadOnlyList<string>> ListTypesAsync(CancellationToken cancellationToken);

    /// <summary>Removes ended tasks of a type and status that allow it and were last updated before <paramref name="before"/>, oldest first.</summary>
    Task<IReadOnlyList<RemovedTask>> DeleteOldEndedAsync(string type, ProcessingStatus status, DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Removes waiting or running tasks that allow it and were last updated before <paramref name="before"/>; none when there are none left.</summary>
    Task<IReadOnlyList<RemovedTask>> DeleteOldUnendedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Removes idempotency keys that were first seen before then; answers how many.</summary>
    Task<int> DeleteOldKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Gives back a little of the space that removed rows left, where the database does not do so by itself.</summary>
    /// <returns>Whether there is more to give back.</returns>
    Task<bool> ReclaimSpaceAsync(CancellationToken cancellationToken);
}
