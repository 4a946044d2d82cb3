using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>Looks a task up for its owner.</summary>
internal sealed class FindTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <returns>Null when there is none, or it is somebody else's: the difference is nobody's business.</returns>
    public async Task<ProcessingTask?> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) is { } task && task.Owner == owner ? task : null;

    /// <summary>Answers when the task changes, at the latest after the given time; a task that has ended, at once.</summary>
    /// <param name="id">The task.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="stopWaiting">Ends the wait with the task as it is.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    public async Task<ProcessingTask?> WaitAsync(long id, TaskOwner owner, TimeSpan longest, CancellationToken stopWaiting, CancellationToken cancellationToken)
    {
        if (longest <= TimeSpan.Zero)
            return await RunAsync(id, owner, cancellationToken);

        using var listener = signal.ListenForChanges(id);
        var task = await RunAsync(id, owner, cancellationToken);
        if (task is null || task.Status.IsFinal())
            return task;

        listener.Know(task);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        await listener.WaitAsync(longest, time, waiting.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return listener.LastSince(task) ?? await RunAsync(id, owner, cancellationToken);
    }

    /// <summary>Waits until a task has ended or somebody else has it, for a worker in this process that wants to hear of that.</summary>
    /// <returns>The outcome that a report of the worker's would have.</returns>
    public async Task<ReportOutcome> WaitUntilUnwantedAsync(long id, long? claim, CancellationToken cancellationToken)
    {
        using var listener = signal.ListenForChanges(id);
        while (await tasks.FindAsync(id, cancellationToken) is { } task)
        {
            if (task.Status.IsFinal() || !task.Counts(claim))
                return ReportOutcome.Of(new TaskChange(task, Changed: false), claim);

            listener.Know(task);
            await listener.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new ReportOutcome.NotFound();
    }
}
