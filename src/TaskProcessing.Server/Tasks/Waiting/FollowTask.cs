using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Has its owner follow a task until it ends.</summary>
internal sealed class FollowTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="position">The position of the last event that the reader has; null when he begins.</param>
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

    private sealed class Follower(ITaskStore tasks, TaskListener listener, TimeProvider time, long id, SeenTask seen) : TaskFollower(listener, time)
    {
        protected override async Task<IReadOnlyList<TaskEvent>> LookAsync(CancellationToken cancellationToken)
        {
            if (await tasks.FindAsync(id, cancellationToken) is not { } task)
            {
                HasEnded = true;
                return [new TaskEvent.Deleted(id)];
            }

            List<TaskEvent> events = [.. seen.Look(task).Select(@event => @event with { Position = seen.Position })];
            Listener.Know(task);
            HasEnded = task.Status.IsFinal();
            return events;
        }
    }
}

/// <summary>What came of the wish to follow.</summary>
internal abstract record FollowOutcome
{
    private FollowOutcome()
    {
    }

    /// <summary>To be disposed by whoever gets it.</summary>
    public sealed record Following(TaskFollower Follower) : FollowOutcome;

    /// <summary>The task has ended, and the reader knows how.</summary>
    public sealed record NothingMore : FollowOutcome;

    /// <summary>There is none, or it is somebody else's.</summary>
    public sealed record NotFound : FollowOutcome;
}
