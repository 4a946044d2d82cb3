using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// Wakes waiting workers when a task is scheduled, and waiting readers when a task changes. Listen first, then read, then
/// wait: so no change in between is missed. <c>NotificationRelay</c> relays the events to the other processes;
/// <c>QueueWatcher</c> finds changes whose notification was lost.
/// </summary>
internal sealed class TaskSignal
{
    /// <summary>A worker that was woken but left before it claimed passes the wake-up on: each task wakes one worker.</summary>
    private readonly Listeners<string> _workers = new(passOn: true);
    private readonly Listeners<long> _readers = new(passOn: false);
    private readonly Listeners<string> _users = new(passOn: false);

    /// <summary>A task of the type waits. Raised synchronously on the scheduling thread; handlers must not block.</summary>
    public event Action<string>? Arrived;

    /// <summary>Something happened in this process; raised like <see cref="Arrived"/>.</summary>
    public event Action<TaskNotification>? Raised;

    /// <summary>The task types that workers wait for.</summary>
    public IReadOnlyCollection<string> AwaitedTypes => _workers.Topics;

    /// <summary>The number of waiting workers and readers.</summary>
    public int Waiting => _workers.Count + _readers.Count + _users.Count;

    /// <summary>The numbers of waiting workers and readers, by kind.</summary>
    public Waiters Waiters => new(_workers.Count, _readers.Count, _users.Count);

    /// <summary>True when a reader waits for the task to change.</summary>
    public bool IsWatched(long taskId) => _readers.Any(taskId);

    public TaskListener ListenForScheduled(IReadOnlyCollection<string> types) => _workers.Add(types);

    public TaskListener ListenForChanges(long taskId) => _readers.Add([taskId]);

    /// <summary>Listens for changes of all of a user's tasks.</summary>
    public TaskListener ListenForChangesOf(string userId) => _users.Add([userId]);

    /// <summary>Wakes one worker in each process, because thousands may wait for one task. Wakes readers too.</summary>
    /// <param name="task">The task.</param>
    /// <param name="wakeWorker">False when a worker here was woken already.</param>
    public void RaiseScheduled(ProcessingTask task, bool wakeWorker = true)
    {
        if (wakeWorker)
            WakeWorker(task.Type);
        Raised?.Invoke(new TaskNotification.Scheduled(task.Type));
        Arrived?.Invoke(task.Type);
        RaiseChanged(task);
    }

    /// <summary>Wakes all readers of the task; readers in this process get the task with the event.</summary>
    public void RaiseChanged(ProcessingTask task) => RaiseChanged(task.Id, task.UserId, task);

    /// <summary>As <see cref="RaiseChanged(ProcessingTask)"/>, for a deleted task.</summary>
    public void RaiseChanged(long taskId, string? userId) => RaiseChanged(taskId, userId, task: null);

    /// <summary>Wakes the listeners in this process that a notification concerns.</summary>
    public void Receive(TaskNotification notification)
    {
        switch (notification)
        {
            case TaskNotification.Scheduled { Type: var type }:
                WakeWorker(type);
                break;
            case TaskNotification.Changed { TaskId: var id, UserId: var userId }:
                WakeReaders(id, userId, task: null);
                break;
        }
    }

    /// <summary>Wakes one worker in this process, and no other process.</summary>
    public void WakeWorker(string type) => _workers.WakeOne(type);

    /// <summary>Wakes all waiting workers: other providers serve the task types now.</summary>
    public void WakeWorkers() => _workers.WakeAll();

    /// <summary>The tasks that readers wait for, each with the oldest revision that one of them knows.</summary>
    public IReadOnlyDictionary<long, long> TrackedRevisions()
    {
        var tracked = new Dictionary<long, long>();
        _readers.Visit(listener => listener.AddTracked(tracked));
        _users.Visit(listener => listener.AddTracked(tracked));
        return tracked;
    }

    /// <summary>Wakes the readers that track one of the tasks: it has changed without a signal.</summary>
    public void WakeWatchersOf(IReadOnlyCollection<long> taskIds)
    {
        _readers.Visit(listener => listener.WakeIfTracking(taskIds));
        _users.Visit(listener => listener.WakeIfTracking(taskIds));
    }

    private void RaiseChanged(long taskId, string? userId, ProcessingTask? task)
    {
        WakeReaders(taskId, userId, task);
        Raised?.Invoke(new TaskNotification.Changed(taskId, userId));
    }

    private void WakeReaders(long taskId, string? userId, ProcessingTask? task)
    {
        _readers.WakeAll(taskId, taskId, task);
        if (userId is not null)
            _users.WakeAll(userId, taskId, task: null);
    }
}
