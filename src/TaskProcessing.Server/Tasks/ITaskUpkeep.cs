using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Background work on tasks, in small batches so that no request waits for it. Safe for several nodes at
/// once; each statement is guarded like those of <see cref="ITaskStore"/>.
/// </summary>
internal interface ITaskUpkeep
{
    /// <summary>The end of the next lease or delay; null when there is none.</summary>
    Task<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellationToken);

    /// <summary>
    /// <see cref="TaskTransition.Lose"/> for tasks with an ended lease and fewer than <paramref name="mostAttempts"/>
    /// attempts; they keep their place.
    /// </summary>
    Task<IReadOnlyList<ProcessingTask>> ReturnLostAsync(
        int mostAttempts,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary><see cref="TaskTransition.GiveUp"/> for tasks with an ended lease and no attempts left.</summary>
    Task<IReadOnlyList<ProcessingTask>> GiveUpLostAsync(
        int mostAttempts,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Makes tasks claimable whose delay is over; answers them.</summary>
    Task<IReadOnlyList<ProcessingTask>> WakeDelayedAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Every type of which tasks have ended.</summary>
    Task<IReadOnlyList<string>> ListTypesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Removes ended tasks of a type and status that allow it and were last updated before <paramref name="before"/>, oldest
    /// first.
    /// </summary>
    Task<IReadOnlyList<RemovedTask>> DeleteOldEndedAsync(
        string type,
        ProcessingStatus status,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Removes waiting or running tasks that allow it and were last updated before <paramref name="before"/>; none when there
    /// are none left.
    /// </summary>
    Task<IReadOnlyList<RemovedTask>> DeleteOldUnendedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Removes idempotency keys that were first seen before then; answers how many.</summary>
    Task<int> DeleteOldKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Gives back a little of the space that removed rows left, where the database does not do so by itself.</summary>
    /// <returns>True when more space can be given back.</returns>
    Task<bool> ReclaimSpaceAsync(CancellationToken cancellationToken);
}
