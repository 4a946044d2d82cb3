using System.Diagnostics;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The traces of workers. Each run of a provider is a span in the trace that its task was scheduled in; calls that the provider makes
/// meanwhile, to a model for example, are below it.
/// </summary>
public static class WorkerTracing
{
    /// <summary>The name to listen to: <c>AddSource(WorkerTracing.SourceName)</c> with OpenTelemetry.</summary>
    public const string SourceName = "TaskProcessing.Sdk";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a run; null when nobody listens.</summary>
    internal static Activity? Run(ClaimedTask claimed)
    {
        if (!Source.HasListeners())
            return null;

        ActivityContext.TryParse(claimed.TraceParent, null, isRemote: true, out var parent);
        return Source
            .StartActivity($"process {claimed.Task.Type}", ActivityKind.Consumer, parent)
            ?.SetTag("taskprocessing.task.type", claimed.Task.Type)
            .SetTag("taskprocessing.task.id", claimed.Task.Id)
            .SetTag("taskprocessing.provider", claimed.ProviderId);
    }
}
