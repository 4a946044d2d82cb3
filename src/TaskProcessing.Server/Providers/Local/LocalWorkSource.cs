using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Files;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>Connects the providers of this process to the same use cases that serve providers over HTTP.</summary>
internal sealed class LocalWorkSource(
    AvailableTaskTypes registered,
    CurrentTaskTypes taskTypes,
    ClaimTasks claimTasks,
    ReportProgress reportProgress,
    StreamOutput streamOutput,
    FinishTask finishTask,
    ReleaseTask releaseTask,
    FindTask findTask,
    FindTaskFile findTaskFile,
    AddTaskFile addTaskFile,
    IBlobStore blobs
) : IWorkSource
{
    private const string Actor = "built-in worker";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public async ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await registered.SetLocalProvidersAsync(providers, cancellationToken);

    public async ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await registered.RemoveLocalProvidersAsync(providers, cancellationToken);

    /// <summary>Waits no longer than the catalogue stays as it is: with another one other providers may be asked for.</summary>
    public async ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var request = new ClaimRequest(
            [.. providers.Select(provider => provider.Id)],
            [.. providers.Select(provider => provider.TaskType)],
            Count: 1,
            LongestWait
        )
        {
            Actor = Actor,
        };
        // Not disposed of: the event may still be about to cancel it, and it holds nothing.
        var stopWaiting = new CancellationTokenSource();
        Action stop = () => _ = stopWaiting.CancelAsync();
        taskTypes.Changed += stop;
        try
        {
            return (await claimTasks.RunAsync(request, stopWaiting.Token, cancellationToken)).Tasks is [var task] ? Claimed(task) : null;
        }
        finally
        {
            taskTypes.Changed -= stop;
        }
    }

    public async ValueTask<ProcessingStatus?> ReportProgressAsync(ClaimedTask task, double progress, CancellationToken cancellationToken) =>
        Status(
            await reportProgress.RunAsync(
                task.Task.Id,
                new ProgressReport(progress) { Actor = Actor, Claim = task.Claim },
                cancellationToken
            )
        );

    public async ValueTask<ProcessingStatus?> StreamOutputAsync(ClaimedTask task, TaskOutput output, CancellationToken cancellationToken) =>
        Status(await streamOutput.RunAsync(task.Task.Id, task.Claim, JsonElement.Parse(output.ToJson()), cancellationToken));

    public async ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken) =>
        Status(await findTask.WaitUntilUnwantedAsync(task.Task.Id, task.Claim, cancellationToken));

    public async ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken) =>
        Status(await finishTask.RunAsync(task.Task.Id, Request(result, task.Claim), cancellationToken));

    public async ValueTask ReleaseAsync(ClaimedTask task, CancellationToken cancellationToken) =>
        await releaseTask.RunAsync(task.Task.Id, task.Claim!.Value, Actor, cancellationToken);

    public async ValueTask<Stream?> OpenFileAsync(ClaimedTask task, long fileId, CancellationToken cancellationToken)
    {
        try
        {
            return await findTaskFile.RunAsync(task.Task.Id, fileId, owner: null, cancellationToken) is { } file
                ? await blobs.OpenAsync(file.BlobKey!, 0, file.Size, cancellationToken)
                : null;
        }
        catch (BlobStoreUnavailableException error)
        {
            throw NotNow(error);
        }
    }

    public async ValueTask<long> UploadFileAsync(ClaimedTask task, Stream content, string fileName, CancellationToken cancellationToken)
    {
        var uploads = new[] { new FileUpload(content, fileName) }.ToAsyncEnumerable();
        try
        {
            return await addTaskFile.RunAsync(task.Task.Id, uploads, cancellationToken) switch
            {
                UploadOutcome.Added added => added.Id,
                UploadOutcome.NoTask => throw new TaskFailedException("The task is gone."),
                UploadOutcome.TooMany many => throw new TaskFailedException($"A task may have {many.MaxFiles} result files, not more."),
                UploadOutcome.TooLarge large => throw new TaskFailedException($"A result file may have {large.MaxBytes} bytes, not more."),
                var other => throw new InvalidOperationException($"Unknown outcome {other}"),
            };
        }
        catch (BlobStoreUnavailableException error)
        {
            throw NotNow(error);
        }
    }

    /// <summary>Files will be there again; until then the task goes back into the queue.</summary>
    private static TaskFailedException NotNow(BlobStoreUnavailableException error) =>
        new(error.Message, innerException: error) { Retryable = true };

    private static ClaimedTask Claimed(ProcessingTask task) =>
        new(task.ToProtocol(), task.ProviderId!) { Claim = task.Claim, TraceParent = task.TraceParent };

    private static FinishRequest Request(TaskResult result, long? claim) =>
        new(result.Output is null ? null : JsonElement.Parse(result.Output.ToJson()), result.ErrorMessage, result.UserFacingErrorMessage)
        {
            Claim = claim,
            Retryable = result.Retryable,
            RetryAfter = result.RetryAfter,
            Actor = Actor,
        };

    private static ProcessingStatus? Status(ReportOutcome outcome) =>
        outcome switch
        {
            ReportOutcome.Accepted accepted => accepted.Task.Status,
            ReportOutcome.Outdated => ProcessingStatus.Cancelled,
            _ => null,
        };
}
