namespace TaskProcessing.Sdk.Workers;

/// <summary>The reason for which <see cref="TaskRunContext.CancellationToken"/> was cancelled.</summary>
public enum StopReason
{
    /// <summary>It was not: the result is wanted.</summary>
    None,

    /// <summary>
    /// The task was cancelled on the server, or belongs to another worker because this one was silent for too long.
    /// Nothing that the provider does now is reported.
    /// </summary>
    TaskCancelled,

    /// <summary>
    /// The worker shuts down and its drain time is over. An output that is still answered is reported; otherwise the
    /// task is given back unfinished and not failed: the server hands it out again. A server that takes nothing back, such as Nextcloud,
    /// gets a failure with a sentence for the user.
    /// </summary>
    WorkerStopping,

    /// <summary>The task was deleted, or another worker finished it. Nothing is reported any more.</summary>
    TaskGone,
}
