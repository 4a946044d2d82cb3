using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Keeps tasks. Every method is safe for concurrent use, also by several processes on one database, and what it has
/// answered is durable. A method named <c>Try…</c> is one guarded statement: it changes the task only while it is in
/// one of the states that its <see cref="TaskTransition"/> names, and says which task it found.
/// </summary>
internal interface ITaskStore
{
    /// <summary>Stores a new task and gives it its id.</summary>
    Task AddAsync(ProcessingTask task, CancellationToken cancellationToken);

    Task<ProcessingTask?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>The tasks that match, by id.</summary>
    Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Claims up to <paramref name="count"/> of the oldest scheduled tasks of the given types: each becomes running,
    /// with <c>StartedAt</c> now and the provider of its type. One statement; two callers never get the same task.
    /// </summary>
    /// <param name="providers">Task type id to the id of the provider that its tasks are handed out for.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="now">The time of the claim.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was made stays made.</param>
    /// <returns>The claimed tasks, oldest first; empty when none waits.</returns>
    Task<IReadOnlyList<ProcessingTask>> ClaimAsync(
        IReadOnlyDictionary<string, string> providers, int count, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Progress"/>: running, progress stored, and the number of steps if given; StartedAt set if it was null.</summary>
    Task<TaskChange> TryReportProgressAsync(long id, double progress, int? totalSteps, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Stream"/>: replaces the output; only if the task was last updated at or before <paramref name="ifNotUpdatedSince"/>.</summary>
    Task<TaskChange> TryStreamOutputAsync(
        long id, string output, DateTimeOffset now, DateTimeOffset ifNotUpdatedSince, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Succeed"/> or <see cref="TaskTransition.Fail"/>: the ending's fields are stored; fields that are null in it stay as they are.</summary>
    Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Cancel"/>.</summary>
    Task<TaskChange> TryCancelAsync(long id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes the task if it is the owner's. False when there was no such task.</summary>
    Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken);

    /// <summary>Removes up to <paramref name="limit"/> tasks that allow it and were last updated before <paramref name="before"/>; answers how many.</summary>
    Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>How many scheduled tasks, of whatever type, are older than the given one.</summary>
    Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken);

    /// <summary>How many tasks there are in each status; statuses without tasks are absent.</summary>
    /// <param name="types">The types to count, or empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<ProcessingStatus, int>> CountByStatusAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    /// <summary>Whether a task of one of the types is scheduled.</summary>
    Task<bool> AnyScheduledAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);
}

/// <summary>Which tasks to list: null means any. Without an owner the tasks of all owners are listed.</summary>
internal sealed record TaskFilter
{
    public TaskOwner? Owner { get; init; }

    public string? AppId { get; init; }

    public string? Type { get; init; }

    public string? CustomId { get; init; }

    public ProcessingStatus? Status { get; init; }

    /// <summary>At most so many, the newest; still sorted by id.</summary>
    public int? Limit { get; init; }
}

/// <summary>What a guarded change found and did.</summary>
/// <param name="Task">The task as it is now; null when there is none with that id.</param>
/// <param name="Changed">Whether this call changed it; false when it was in another state already.</param>
internal readonly record struct TaskChange(ProcessingTask? Task, bool Changed);

/// <summary>How a task ends.</summary>
internal sealed record TaskEnding(TaskTransition Transition)
{
    public string? Output { get; init; }

    public double? Progress { get; init; }

    public string? ErrorMessage { get; init; }

    public string? UserFacingErrorMessage { get; init; }
}
