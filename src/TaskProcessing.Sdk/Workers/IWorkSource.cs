using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// A source of tasks and the receiver of their reports: a server over HTTP (<c>OcsWorkSource</c>), or the server in whose
/// process the worker runs. Implementations are safe for concurrent use.
/// </summary>
public interface IWorkSource
{
    /// <summary>
    /// True when <see cref="ClaimAsync"/> waits for a task and may be cancelled at any time without losing one; then several claims, for
    /// different providers, are under way at once. False for servers that answer at once and never take back what they have given out:
    /// these are asked for all providers together, and the call is never cancelled. It may become true later. Default true.
    /// </summary>
    bool HoldsClaims => true;

    /// <summary>
    /// Names the app and its server for the journal of claims (<see cref="WorkerOptions.ClaimsDirectory"/>), where a lost task is given to
    /// nobody else; null, the default, when no journal is needed.
    /// </summary>
    string? JournalKey => null;

    /// <summary>Forgets that the server refused the app: it has enabled it. Default: nothing is remembered.</summary>
    void EndSilence() { }

    /// <summary>Makes the providers known and effective. Repeating it is harmless.</summary>
    ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>Removes the providers; tasks that wait for them keep waiting.</summary>
    ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>
    /// Claims the next task for one of the named providers, waiting for one for as long as the source sees fit (up to
    /// about a minute). A null that comes sooner than <see cref="WorkerOptions.IdleInterval"/> makes the worker pause for
    /// the rest of it, so a source that can wait should not answer null early. Several claims, for different providers,
    /// may be under way at once.
    /// </summary>
    /// <returns>The task, now held by this worker, and the id of the provider that shall run it; null when there was none.</returns>
    ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>Reports the progress of a task; this also shows the server that the worker is alive.</summary>
    /// <param name="task">The task.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>
    /// The task's status after the report: a cancelled task is no longer wanted, and a worker with an outdated claim sees
    /// every task as cancelled. Null when the task is gone.
    /// </returns>
    ValueTask<ProcessingStatus?> ReportProgressAsync(ClaimedTask task, double progress, CancellationToken cancellationToken);

    /// <summary>Shows the client the output so far; its shape is not checked.</summary>
    /// <returns>
    /// The task's status after the report, null when the task is gone; <see cref="ProcessingStatus.Unknown"/> when the
    /// server knows no partial output.
    /// </returns>
    ValueTask<ProcessingStatus?> StreamOutputAsync(ClaimedTask task, TaskOutput output, CancellationToken cancellationToken);

    /// <summary>
    /// Answers once the task is no longer wanted (cancelled, ended, gone, another worker's), so that its run ends at once
    /// and not only with the answer to its next report. A source without this knowledge never answers, as here.
    /// </summary>
    /// <returns>The task's status then, null when the task is gone.</returns>
    async ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>
    /// Ends a task. Throws when the server could not be reached, so that the worker can try again; an
    /// <see cref="OcsException"/> of kind <see cref="OcsErrorKind.InvalidInput"/> means that another try is futile.
    /// </summary>
    /// <returns>The task's status after the report, null when the task is gone.</returns>
    ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken);

    /// <summary>
    /// True when the task can be given back, or another worker gets it after a while. If not, a worker that stops fails the task with a
    /// sentence, because nobody else would ever end it. Default true.
    /// </summary>
    bool CanRelease(ClaimedTask task) => true;

    /// <summary>
    /// Gives a task back unfinished, because the worker stops. A source that cannot do that does nothing, as here: the
    /// task's lease runs out and the server hands it out again. One that is another worker's by now stays that worker's.
    /// </summary>
    ValueTask ReleaseAsync(ClaimedTask task, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Opens a file that the task's input names.</summary>
    /// <returns>The content, to be disposed of by the caller; null when the task does not name the file or it is gone.</returns>
    ValueTask<Stream?> OpenFileAsync(ClaimedTask task, long fileId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This source of work has no files.");

    /// <summary>Stores a file that the task's output will name.</summary>
    /// <returns>The file's id.</returns>
    ValueTask<long> UploadFileAsync(ClaimedTask task, Stream content, string fileName, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This source of work has no files.");
}

/// <summary>A task that this worker holds.</summary>
/// <param name="Task">The task, running.</param>
/// <param name="ProviderId">The id of the provider that it was handed out for.</param>
public sealed record ClaimedTask(ProtocolTask Task, string ProviderId)
{
    /// <summary>
    /// The number of the claim, which distinguishes this worker from a later one with the same task; it is sent with
    /// every report. Null from servers without claim numbers, such as Nextcloud.
    /// </summary>
    public long? Claim { get; init; }

    /// <summary>
    /// The trace that the task was scheduled in, as a W3C <c>traceparent</c>; null without one. The run of the provider is a span of it
    /// where something listens to <see cref="WorkerTracing.SourceName"/>.
    /// </summary>
    public string? TraceParent { get; init; }
}

/// <summary>The result of a task: an output, or an error.</summary>
public sealed record TaskResult
{
    /// <summary>The output, or null after an error.</summary>
    public TaskOutput? Output { get; init; }

    /// <summary>The error for administrators; null after success.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The error for the user.</summary>
    public string? UserFacingErrorMessage { get; init; }

    /// <summary>True for a temporary error: a server with retries runs the task again.</summary>
    public bool Retryable { get; init; }

    /// <summary>The shortest pause before a retry; null leaves it to the server.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
