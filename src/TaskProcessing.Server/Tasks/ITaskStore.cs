using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Keeps tasks. Every method is safe for concurrent use, also by several processes on one database, and its answer is
/// durable. A method named <c>Try…</c> is one guarded statement: it changes the task only while it is in one of the
/// states that its <see cref="TaskTransition"/> names, and answers the task that it found. Each change adds a line with
/// its actor to the task's history. A change that ends a task with a webhook also writes its delivery, in the same
/// transaction. A change with an outdated claim (<see cref="ProcessingTask.Counts"/>) has no effect, except a success;
/// null stands for a worker without a claim number, which is believed.
/// </summary>
internal interface ITaskStore
{
    /// <summary>
    /// Stores a new task and gives it its id and its turn. Wakes one waiting worker of this process right before: its claim comes
    /// after the task, finds it, and shares its transaction.
    /// </summary>
    Task AddAsync(ProcessingTask task, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="AddAsync"/>, in one transaction with the key, and wakes no worker; of several with the same key one is
    /// stored. Received files (<see cref="IFileStore.AddReceivedAsync"/>) become files of the task.
    /// </summary>
    /// <returns>Null when the task was stored; else the task that has the key.</returns>
    Task<KeyedTask?> AddOnceAsync(
        ProcessingTask task,
        IdempotencyKey key,
        IReadOnlyCollection<long> receivedFiles,
        CancellationToken cancellationToken
    );

    /// <summary>The task that was stored with the key; null when the task is gone or the key expired.</summary>
    Task<KeyedTask?> FindByKeyAsync(IdempotencyKey key, CancellationToken cancellationToken);

    Task<ProcessingTask?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>The tasks that match: all of them by id, or the page that is asked for, the newest first.</summary>
    Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// The same in portions, for lists of any length: a portion has one task, or several whose inputs and outputs are not long together.
    /// A task that is deleted meanwhile is left out.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<ProcessingTask>> ListPortionsAsync(TaskQuery query, CancellationToken cancellationToken);

    /// <summary>The same without the tasks' texts, which may be of any size.</summary>
    Task<IReadOnlyList<TaskHead>> ListHeadsAsync(TaskQuery query, CancellationToken cancellationToken);

    /// <summary>The number of matching tasks, on all pages.</summary>
    Task<int> CountAsync(TaskQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Claims up to <paramref name="count"/> of the next scheduled tasks of the given types: each becomes running, with
    /// <c>StartedAt</c> now, one attempt more, a new claim, the provider of its type, and a lease. One statement; two callers never
    /// get the same task. Fewer are claimed when their inputs are long: none more once those have 8 MB together.
    /// </summary>
    /// <param name="types">The claimable types, each once.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="actor">The claiming app or worker, for the history.</param>
    /// <param name="now">The time of the claim.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was made stays made.</param>
    /// <returns>
    /// The claimed tasks, the next one first: by priority, then the types in turn, each by turn and age; empty when none waits.
    /// </returns>
    Task<IReadOnlyList<ProcessingTask>> ClaimAsync(
        IReadOnlyCollection<ClaimableType> types,
        int count,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// <see cref="TaskTransition.Progress"/>: running, progress stored, lease renewed, and the number of steps if given;
    /// StartedAt set if it was null.
    /// </summary>
    Task<TaskChange> TryReportProgressAsync(
        long id,
        long? claim,
        double progress,
        int? totalSteps,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary><see cref="TaskTransition.Renew"/>: the lease runs anew.</summary>
    Task<TaskChange> TryRenewAsync(long id, long? claim, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// <see cref="TaskTransition.Stream"/>: replaces the output and renews the lease; only if no output was stored after
    /// <paramref name="ifNotStoredSince"/>.
    /// </summary>
    Task<TaskChange> TryStreamOutputAsync(
        long id,
        long? claim,
        string output,
        DateTimeOffset now,
        DateTimeOffset ifNotStoredSince,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// <see cref="TaskTransition.Succeed"/> or <see cref="TaskTransition.Fail"/>: the ending's fields are stored; fields that
    /// are null in it stay as they are.
    /// </summary>
    Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// <see cref="TaskTransition.Retry"/>: the claim is over for good; unless the task had <paramref name="mostAttempts"/>
    /// already.
    /// </summary>
    Task<TaskChange> TryRetryAsync(
        long id,
        long claim,
        DateTimeOffset notBefore,
        int mostAttempts,
        string actor,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary><see cref="TaskTransition.Release"/>: the claim is over for good; the attempt does not count.</summary>
    Task<TaskChange> TryReleaseAsync(long id, long claim, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Cancel"/>.</summary>
    Task<TaskChange> TryCancelAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary><see cref="TaskTransition.Requeue"/>: its attempts count from 0 again, and its last claim is outdated.</summary>
    Task<TaskChange> TryRequeueAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes the task if it is the owner's. False when there was no such task.</summary>
    Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken);

    /// <summary>The number of scheduled tasks, of all types, that are older than the given one.</summary>
    Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken);

    /// <summary>The number of scheduled tasks of a party, or of an app; counting stops at <paramref name="limit"/>.</summary>
    Task<int> CountScheduledAsync(string? party, string? appId, int limit, CancellationToken cancellationToken);

    /// <summary>The numbers of waiting and running tasks; its cost does not depend on ended tasks.</summary>
    /// <param name="types">The types to count, or empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<QueueCounts> CountQueueAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);

    /// <summary>The levels of the queue by type, without types that have ended tasks only. Ended tasks cost nothing.</summary>
    Task<IReadOnlyList<QueueLevel>> MeasureQueueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The number of ended tasks of each status; a status without tasks is absent.</summary>
    /// <param name="types">The types to count, or empty for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyDictionary<ProcessingStatus, int>> CountEndedAsync(
        IReadOnlyCollection<string> types,
        CancellationToken cancellationToken
    );

    /// <summary>True when a task of one of the types could be claimed.</summary>
    Task<bool> AnyScheduledAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken);
}
