using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Keeps tasks. Every method is safe for concurrent use, also by several processes on one database, and what it has
/// answered is durable. A method named <c>Try…</c> is one guarded statement: it changes the task only while it is in
/// one of the states that its <see cref="TaskTransition"/> names, and says which task it found. What it does to the task
/// it also adds to the task's history; the actor stands there. What ends a task that has a webhook also writes its
/// delivery, in the same transaction. A claim that does not count any more (<see cref="ProcessingTask.Counts"/>) changes
/// nothing, but for a success; a null stands for a worker that names none and is believed.
/// </summary>
internal interface ITaskStore
{
    /// <summary>Stores a new task and gives it its id and its turn.</summary>
    /// <param name="task">The task.</param>
    /// <param name="begun">
    /// Called when it is the task's turn to be stored: a claim that this process makes from then on comes after it and finds
    /// it; one that is made during the call is even stored with it. Must be quick.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    Task AddAsync(ProcessingTask task, Action begun, CancellationToken cancellationToken);

    /// <summary>As <see cref="AddAsync"/>, in one transaction with the key; of several with the same key one is stored.</summary>
    /// <returns>Null when the task was stored; else the task that has the key.</returns>
    Task<KeyedTask?> AddOnceAsync(ProcessingTask task, IdempotencyKey key, CancellationToken cancellationToken);

    /// <summary>The task that was stored with the key, unless it is gone or the key forgotten.</summary>
    Task<KeyedTask?> FindByKeyAsync(IdempotencyKey key, CancellationToken cancellationToken);

    Task<ProcessingTask?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>The task, perhaps as it was a while ago, even if it is gone by now: for what never changes, such as type, owner and input.</summary>
    Task<ProcessingTask?> RecallAsync(long id, CancellationToken cancellationToken);

    /// <summary>The tasks that match, by id.</summary>
    Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>
    /// Claims up to <paramref name="count"/> of the next scheduled tasks of the given types: each becomes running, with
    /// <c>StartedAt</c> now, one attempt more, a new claim, the provider of its type, and a lease. One statement; two callers never
    /// get the same task.
    /// </summary>
    /// <param name="types">What may be claimed, each type once.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="actor">Who claims.</param>
    /// <param name="now">The time of the claim.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was made stays made.</param>
    /// <returns>
    /// The claimed tasks, the next one first: by priority, then the types in turn, each by turn and age; empty when none waits.
    /// </returns>
    Task<IReadOnlyList<ProcessingTask>> ClaimAsync(
        IReadOnlyCollection<ClaimableType> types, int count, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Progress"/>: running, progress stored, lease renewed, and the number of steps if given; StartedAt set if it was null.</summary>
    Task<TaskChange> TryReportProgressAsync(
        long id, long? claim, double progress, int? totalSteps, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Renew"/>: the lease runs anew.</summary>
    Task<TaskChange> TryRenewAsync(long id, long? claim, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Stream"/>: replaces the output and renews the lease; only if no output was stored after <paramref name="ifNotStoredSince"/>.</summary>
    Task<TaskChange> TryStreamOutputAsync(
        long id, long? claim, string output, DateTimeOffset now, DateTimeOffset ifNotStoredSince, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Succeed"/> or <see cref="TaskTransition.Fail"/>: the ending's fields are stored; fields that are null in it stay as they are.</summary>
    Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Retry"/>: the claim is over for good; unless the task had <paramref name="mostAttempts"/> already.</summary>
    Task<TaskChange> TryRetryAsync(
        long id, long claim, DateTimeOffset notBefore, int mostAttempts, string actor, string reason, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Release"/>: the claim is over for good; the attempt does not count.</summary>
    Task<TaskChange> TryReleaseAsync(long id, long claim, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Cancel"/>.</summary>
    Task<TaskChange> TryCancelAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Requeue"/>: its attempts count from 0 again, and whoever had it has it no more.</summary>
    Task<TaskChange> TryRequeueAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes the task if it is the owner's. False when there was no such task.</summary>
    Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken);

    /// <summary>How many scheduled tasks, of whatever type, are older than the given one.</summary>
    Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken);

    /// <summary>How many tasks of a party, or of an app, are scheduled; counting stops at <paramref name="limit"/>.</summary>
    Task<int> CountScheduledAsync(string? party, string? appId, int limit, CancellationToken cancellationToken);

    /// <summary>How many tasks wait and run; costs nothing for those that have ended.</summary>
    /// <param name="types">The types to count, or empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<QueueCounts> CountQueueAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    /// <summary>How many tasks have ended in each way; what no task ended in is absent.</summary>
    /// <param name="types">The types to count, or empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<ProcessingStatus, int>> CountEndedAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    /// <summary>Whether a task of one of the types could be claimed.</summary>
    Task<bool> AnyScheduledAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);
}

/// <summary>How many tasks wait, with those that are to be tried again later, and how many run.</summary>
internal readonly record struct QueueCounts(int Scheduled, int Running);

/// <summary>A type that a worker may claim.</summary>
/// <param name="Type">The task type's id.</param>
/// <param name="ProviderId">The provider that its tasks are handed out for.</param>
/// <param name="LeaseSeconds">How long the worker may be silent.</param>
internal readonly record struct ClaimableType(string Type, string ProviderId, int LeaseSeconds);

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
    /// <summary>Who ends it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>The claim of a failure; null when its worker names none.</summary>
    public long? Claim { get; init; }

    public string? Output { get; init; }

    public double? Progress { get; init; }

    public string? ErrorMessage { get; init; }

    public string? UserFacingErrorMessage { get; init; }
}
