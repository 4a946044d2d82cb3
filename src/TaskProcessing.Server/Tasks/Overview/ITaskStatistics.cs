namespace TaskProcessing.Server.Tasks.Overview;

/// <summary>
/// Counts and lists of all tasks, for administrators. Every read is bounded: its cost does not grow with the queue or with the ended
/// tasks. Only the cost of <see cref="CountEndedAsync"/> grows with the tasks that ended within its time.
/// </summary>
internal interface ITaskStatistics
{
    /// <summary>How much there is to do of each type of which a task has not ended; by type.</summary>
    /// <param name="most">Where counting stops.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<TypeLoad>> ListLoadAsync(int most, CancellationToken cancellationToken);

    /// <summary>The tasks that ended within a time, by minute, type and status.</summary>
    Task<IReadOnlyList<EndedTasks>> CountEndedAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The running tasks, the oldest first.</summary>
    Task<IReadOnlyList<RunningTask>> ListRunningAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The failed tasks, the newest first; or those older than a task.</summary>
    Task<IReadOnlyList<FailedTask>> ListFailedAsync(int limit, long? beforeId, CancellationToken cancellationToken);
}

/// <summary>How much there is to do of one task type.</summary>
/// <param name="Type">The task type's id.</param>
/// <param name="Waiting">Tasks that may be claimed; counted up to a limit.</param>
/// <param name="Delayed">Tasks that wait for their next attempt; counted up to a limit.</param>
/// <param name="Running">Tasks that a worker has; counted up to a limit.</param>
/// <param name="OldestAt">When the oldest of the counted waiting tasks was scheduled; null when none waits.</param>
internal sealed record TypeLoad(string Type, int Waiting, int Delayed, int Running, DateTimeOffset? OldestAt);

/// <summary>The tasks of one type that ended in one way within a minute.</summary>
/// <param name="Minute">The minute, counted from the Unix epoch.</param>
/// <param name="Type">The task type's id.</param>
/// <param name="Status">How they ended.</param>
/// <param name="Count">How many.</param>
/// <param name="Started">How many of them a worker had started; the times are those of these.</param>
/// <param name="WaitMilliseconds">How long they waited, together.</param>
/// <param name="LongestWaitMilliseconds">How long the one that waited longest did.</param>
/// <param name="RunMilliseconds">How long they ran, together.</param>
internal sealed record EndedTasks(
    long Minute,
    string Type,
    Sdk.Protocol.ProcessingStatus Status,
    int Count,
    int Started,
    long WaitMilliseconds,
    long LongestWaitMilliseconds,
    long RunMilliseconds
);

/// <summary>A running task, without its contents.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Type">Its task type.</param>
/// <param name="Party">Who scheduled it: <c>user alice</c>, <c>guest 192.0.2.7/32</c>, <c>app notes</c>.</param>
/// <param name="Worker">Who has it, such as <c>app translate</c>; empty when its history does not say.</param>
/// <param name="ProviderId">The provider that it was handed out for.</param>
/// <param name="Progress">0 to 1; null before the first report.</param>
/// <param name="Attempt">How often it was given to a worker.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="LeaseUntil">Until when the worker may be silent.</param>
internal sealed record RunningTask(
    long Id,
    string Type,
    string Party,
    string Worker,
    string? ProviderId,
    double? Progress,
    int Attempt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? LeaseUntil
);

/// <summary>A failed task, without its contents.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Type">Its task type.</param>
/// <param name="Party">Who scheduled it, as in <see cref="RunningTask"/>.</param>
/// <param name="ProviderId">The provider that had it last.</param>
/// <param name="Attempt">How often it was given to a worker.</param>
/// <param name="EndedAt">When it failed.</param>
/// <param name="Error">What went wrong, for administrators; the whole text.</param>
/// <param name="UserError">What its user was told.</param>
internal sealed record FailedTask(
    long Id,
    string Type,
    string Party,
    string? ProviderId,
    int Attempt,
    DateTimeOffset? EndedAt,
    string? Error,
    string? UserError
);
