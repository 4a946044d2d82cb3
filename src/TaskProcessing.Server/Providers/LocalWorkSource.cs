using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Providers;

/// <summary>Lets the providers that live in this process work through the same use cases as those that come over HTTP.</summary>
internal sealed class LocalWorkSource(
    AvailableTaskTypes taskTypes,
    ClaimTasks claimTasks,
    ReportProgress reportProgress,
    StreamOutput streamOutput,
    FinishTask finishTask,
    TaskSignal signal,
    TimeProvider time) : IWorkSource
{
    /// <summary>Tasks that another process scheduled raise no signal here; they are found when the wait ends.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    public async ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await taskTypes.SetLocalProvidersAsync(providers, cancellationToken);

    public async ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await taskTypes.SetLocalProvidersAsync([], cancellationToken);

    public async ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var next = signal.NextScheduled;
        var claimed = await ClaimNowAsync(providers, cancellationToken);
        if (claimed is not null)
            return claimed;

        try
        {
            await next.WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Look once more; the worker loop comes back anyway.
        }

        return await ClaimNowAsync(providers, cancellationToken);
    }

    public async ValueTask<ProcessingStatus?> ReportProgressAsync(long taskId, double progress, CancellationToken cancellationToken) =>
        Status(await reportProgress.RunAsync(taskId, progress, cancellationToken));

    public async ValueTask<ProcessingStatus?> StreamOutputAsync(long taskId, TaskOutput output, CancellationToken cancellationToken) =>
        Status(await streamOutput.RunAsync(taskId, JsonElement.Parse(output.ToJson()), cancellationToken));

    public async ValueTask<ProcessingStatus?> FinishAsync(long taskId, TaskResult result, CancellationToken cancellationToken) =>
        Status(await finishTask.RunAsync(taskId, Request(result), cancellationToken));

    private async Task<ClaimedTask?> ClaimNowAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var outcome = await claimTasks.RunAsync(
            [.. providers.Select(provider => provider.Id)], [.. providers.Select(provider => provider.TaskType)], count: 1, cancellationToken);
        return outcome.Tasks is [var task] ? new ClaimedTask(task.ToProtocol(), task.ProviderId!) : null;
    }

    private static FinishRequest Request(TaskResult result) =>
        new(result.Output is null ? null : JsonElement.Parse(result.Output.ToJson()), result.ErrorMessage, result.UserFacingErrorMessage);

    private static ProcessingStatus? Status(ReportOutcome outcome) => (outcome as ReportOutcome.Accepted)?.Task.Status;
}
