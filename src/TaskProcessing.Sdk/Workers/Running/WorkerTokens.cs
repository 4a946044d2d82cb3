namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>The three moments of a worker's end, in their order.</summary>
/// <param name="Stopping">The worker was asked to stop; running tasks may go on.</param>
/// <param name="Interrupt">The drain time is over; providers shall end.</param>
/// <param name="Abandon">The worker ends without the running tasks.</param>
internal readonly record struct WorkerTokens(CancellationToken Stopping, CancellationToken Interrupt, CancellationToken Abandon);
