using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// Where a worker gets its tasks from and reports to: a server over HTTP (<c>OcsWorkSource</c>), or the server that the
/// worker lives in. Implementations are safe for concurrent use.
/// </summary>
public interface IWorkSource
{
    /// <summary>Makes the providers known and effective. Repeating it is harmless.</summary>
    ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>Takes the providers back; tasks that wait for them go on waiting.</summary>
    ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>
    /// Claims the next task for one of the named providers, waiting for one for as long as the source sees fit (up to
    /// about a minute). A null that comes sooner than <see cref="WorkerOptions.IdleInterval"/> makes the worker pause for
    /// the rest of it, so a source that can wait should not answer null early. Several claims, for different providers,
    /// may be under way at once.
    /// </summary>
    /// <returns>The task, now held by this worker, and the id of the provider that shall run it; null when there was none.</returns>
    ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken);

    /// <summary>Reports how far a task is; this also tells the server that the worker is alive.</summary>
    /// <param name="task">The task.</param>
    /// <param name="progress">0 to 1.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>
    /// The task's status after the report: a cancelled task is no longer wanted, and to a worker whose claim does not count
    /// any more every task is cancelled. Null when the task is gone.
    /// </returns>
    ValueTask<ProcessingStatus?> ReportProgressAsync(ClaimedTask task, double progress, CancellationToken cancellationToken);

    /// <summary>Shows the client what is there of the output so far; a shape is not checked.</summary>
    /// <returns>
    /// The task's status after the report, null when the task is gone; <see cref="ProcessingStatus.Unknown"/> when the
    /// server knows no partial output.
    /// </returns>
    ValueTask<ProcessingStatus?> StreamOutputAsync(ClaimedTask task, TaskOutput output, CancellationToken cancellationToken);

    /// <summary>
    /// Answers once the task is no longer wanted (cancelled, ended, gone, another worker's), so that its run ends at once and
    /// not only with the answer to its next report. A source that cannot tell never answers, as here.
    /// </summary>
    /// <returns>The task's status then, null when the task is gone.</returns>
    async ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>
    /// Ends a task. Throws when the server could not be told, so that the worker can try again; an
    /// <see cref="OcsException"/> of kind <see cref="OcsErrorKind.InvalidInput"/> says that trying the same again is futile.
    /// </summary>
    /// <returns>The task's status after the report, null when the task is gone.</returns>
    ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken);

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
    /// The number of the claim, which tells this worker from a later one that was given the same task; it goes with every
    /// report. Null from servers that do not number claims, such as Nextcloud.
    /// </summary>
    public long? Claim { get; init; }
}

/// <summary>How a task ended: with an output, or with an error.</summary>
public sealed record TaskResult
{
    /// <summary>The output, or null after an error.</summary>
    public TaskOutput? Output { get; init; }

    /// <summary>What went wrong, for administrators; null after success.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What went wrong, for the user.</summary>
    public string? UserFacingErrorMessage { get; init; }

    /// <summary>Whether the error may pass: a server that knows retries runs the task again.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long a retry should wait at least; null leaves it to the server.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
