namespace TaskProcessing.Sdk.Workers;

/// <summary>Why <see cref="TaskRunContext.CancellationToken"/> was cancelled.</summary>
public enum StopReason
{
    /// <summary>It was not: the result is wanted.</summary>
    None,

    /// <summary>
    /// The task was cancelled on the server, or is another worker's because this one was silent for too long. Whatever the
    /// provider does now, nothing is reported any more.
    /// </summary>
    TaskCancelled,

    /// <summary>
    /// The worker shuts down and its drain time is over. An output that is still answered is reported; otherwise the
    /// task is given back unfinished and never failed: the server hands it out again.
    /// </summary>
    WorkerStopping,

    /// <summary>The task was deleted, or somebody else finished it. Nothing is reported any more.</summary>
    TaskGone,
}
