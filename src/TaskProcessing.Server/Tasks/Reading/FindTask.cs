using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Reading;

/// <summary>Looks a task up for its owner.</summary>
internal sealed class FindTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <returns>Null when the task does not exist or has another owner; callers must not learn which.</returns>
    public async Task<ProcessingTask?> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) is { } task && task.Owner == owner ? task : null;

    /// <summary>Answers when the task changes, at the latest after the given time; a task that has ended, at once.</summary>
    /// <param name="id">The task.</param>
    /// <param name="owner">The required owner.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="stopWaiting">Ends the wait with the task as it is.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    public async Task<ProcessingTask?> WaitAsync(
        long id,
        TaskOwner owner,
        TimeSpan longest,
        CancellationToken stopWaiting,
        CancellationToken cancellationToken
    )
    {
        if (longest <= TimeSpan.Zero)
            return await RunAsync(id, owner, cancellationToken);

        using var listener = signal.ListenForChanges(id);
        var task = await RunAsync(id, owner, cancellationToken);
        if (task is null || task.Status.IsFinal())
            return task;

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var began = time.GetTimestamp();
        while (true)
        {
            listener.Track(task);
            var wasWoken = await listener.WaitAsync(longest - time.GetElapsedTime(began), time, waiting.Token);
            cancellationToken.ThrowIfCancellationRequested();
            var current = listener.LatestIfNewer(task) ?? await RunAsync(id, owner, cancellationToken);
            // Another server's news of a change from before the wait comes during the wait.
            if (!wasWoken || current is null || current.Revision != task.Revision)
                return current;
        }
    }

    /// <summary>Waits until a task has ended or another worker has it. Local workers use it to notice a cancel.</summary>
    /// <returns>The outcome that a report of the worker's would have.</returns>
    public async Task<ReportOutcome> WaitUntilUnwantedAsync(long id, long? claim, CancellationToken cancellationToken)
    {
        using var listener = signal.ListenForChanges(id);
        while (await tasks.FindAsync(id, cancellationToken) is { } task)
        {
            if (task.Status.IsFinal() || !task.Counts(claim))
                return ReportOutcome.Of(new TaskChange(task, Changed: false), claim);

            listener.Track(task);
            await listener.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new ReportOutcome.NotFound();
    }
}
