using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Reading;

/// <summary>Finds the position of a waiting task for its owner: 1 is next. Tasks of all types count together.</summary>
internal sealed class FindQueuePosition(FindTask findTask, ITaskStore tasks)
{
    public async Task<QueuePositionOutcome> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken)
    {
        if (await findTask.RunAsync(id, owner, cancellationToken) is not { } task)
            return new QueuePositionOutcome.NotFound();
        if (task.Status != ProcessingStatus.Scheduled)
            return new QueuePositionOutcome.NotScheduled();

        return new QueuePositionOutcome.At(1 + await tasks.CountScheduledBeforeAsync(id, cancellationToken));
    }
}

/// <summary>The result of <see cref="FindQueuePosition"/>.</summary>
internal abstract record QueuePositionOutcome
{
    private QueuePositionOutcome() { }

    /// <summary>1 for the task that comes next.</summary>
    public sealed record At(int Position) : QueuePositionOutcome;

    /// <summary>The task does not exist or has another owner.</summary>
    public sealed record NotFound : QueuePositionOutcome;

    /// <summary>It waits no longer.</summary>
    public sealed record NotScheduled : QueuePositionOutcome;
}
