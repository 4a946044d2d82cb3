using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Has its owner follow a task until it ends.</summary>
internal sealed class FollowTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="owner">The required owner.</param>
    /// <param name="position">The position of the reader's last event; null for a new reader.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    public async Task<FollowOutcome> RunAsync(long id, TaskOwner owner, string? position, CancellationToken cancellationToken)
    {
        var listener = signal.ListenForChanges(id);
        try
        {
            if (await tasks.FindAsync(id, cancellationToken) is not { } task || task.Owner != owner)
                return new FollowOutcome.NotFound();

            var seen = SeenTask.At(position) ?? new SeenTask();
            if (seen.HasEnded && seen.Knows(task))
                return new FollowOutcome.NothingMore();

            var follower = new Follower(tasks, listener, time, id, seen);
            listener = null;
            return new FollowOutcome.Following(follower);
        }
        finally
        {
            listener?.Dispose();
        }
    }

    private sealed class Follower(ITaskStore tasks, TaskListener listener, TimeProvider time, long id, SeenTask seen)
        : TaskFollower(listener, time)
    {
        protected override async Task<IReadOnlyList<TaskEvent>> ReadAsync(CancellationToken cancellationToken)
        {
            if (await tasks.FindAsync(id, cancellationToken) is not { } task)
            {
                HasEnded = true;
                return [new TaskEvent.Deleted(id)];
            }

            List<TaskEvent> events = [.. seen.Observe(task).Select(@event => @event with { Position = seen.Position })];
            Listener.Track(task);
            HasEnded = task.Status.IsFinal();
            return events;
        }
    }
}

/// <summary>The result of the request to follow a task.</summary>
internal abstract record FollowOutcome
{
    private FollowOutcome() { }

    /// <summary>The receiver disposes it.</summary>
    public sealed record Following(TaskFollower Follower) : FollowOutcome;

    /// <summary>The task has ended, and the reader knows how.</summary>
    public sealed record NothingMore : FollowOutcome;

    /// <summary>The task does not exist or has another owner.</summary>
    public sealed record NotFound : FollowOutcome;
}
