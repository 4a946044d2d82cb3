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
    FinishTask finishTask) : IWorkSource
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public async ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await taskTypes.SetLocalProvidersAsync(providers, cancellationToken);

    public async ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken) =>
        await taskTypes.SetLocalProvidersAsync([], cancellationToken);

    public async ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var request = new ClaimRequest([.. providers.Select(provider => provider.Id)], [.. providers.Select(provider => provider.TaskType)], Count: 1, LongestWait);
        return (await claimTasks.RunAsync(request, cancellationToken)).Tasks is [var task] ? new ClaimedTask(task.ToProtocol(), task.ProviderId!) : null;
    }

    public async ValueTask<ProcessingStatus?> ReportProgressAsync(long taskId, double progress, CancellationToken cancellationToken) =>
        Status(await reportProgress.RunAsync(taskId, new ProgressReport(progress), cancellationToken));

    public async ValueTask<ProcessingStatus?> StreamOutputAsync(long taskId, TaskOutput output, CancellationToken cancellationToken) =>
        Status(await streamOutput.RunAsync(taskId, JsonElement.Parse(output.ToJson()), cancellationToken));

    public async ValueTask<ProcessingStatus?> FinishAsync(long taskId, TaskResult result, CancellationToken cancellationToken) =>
        Status(await finishTask.RunAsync(taskId, Request(result), cancellationToken));

    private static FinishRequest Request(TaskResult result) =>
        new(result.Output is null ? null : JsonElement.Parse(result.Output.ToJson()), result.ErrorMessage, result.UserFacingErrorMessage);

    private static ProcessingStatus? Status(ReportOutcome outcome) => (outcome as ReportOutcome.Accepted)?.Task.Status;
}
