using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Wakes those who wait: workers for a task that is scheduled, readers for one that changes. Listen first, then look, then
/// wait: so nothing that happens in between is missed. What is raised here is relayed to the other processes
/// (<see cref="Upkeep.Watching.SignalRelay"/>); for what gets lost on the way, <see cref="Upkeep.Watching.QueueWatcher"/> looks.
/// </summary>
internal sealed class TaskSignal
{
    /// <summary>A worker that was woken and left without looking makes room for another: one task is for one of them.</summary>
    private readonly Listeners<string> _workers = new(passOn: true);
    private readonly Listeners<long> _readers = new(passOn: false);
    private readonly Listeners<string> _users = new(passOn: false);

    /// <summary>A task of the type waits. Raised on the time of whoever scheduled it: handlers must be quick.</summary>
    public event Action<string>? Arrived;

    /// <summary>Something happened in this process; raised like <see cref="Arrived"/>.</summary>
    public event Action<TaskNotice>? Raised;

    /// <summary>The types that somebody waits for.</summary>
    public IReadOnlyCollection<string> AwaitedTypes => _workers.Topics;

    /// <summary>How many wait, workers and readers alike.</summary>
    public int Waiting => _workers.Count + _readers.Count + _users.Count;

    /// <summary>Whether somebody waits for the task to change.</summary>
    public bool IsWatched(long taskId) => _readers.Any(taskId);

    public TaskListener ListenForScheduled(IReadOnlyCollection<string> types) => _workers.Add(types);

    public TaskListener ListenForChanges(long taskId) => _readers.Add([taskId]);

    /// <summary>Listens for changes of all of a user's tasks.</summary>
    public TaskListener ListenForChangesOf(string userId) => _users.Add([userId]);

    /// <summary>Wakes one worker, here and in each of the other processes: one task is for one of them, and thousands may wait. Wakes readers too.</summary>
    /// <param name="task">The task.</param>
    /// <param name="wakeWorker">False when a worker here was woken already.</param>
    public void RaiseScheduled(ProcessingTask task, bool wakeWorker = true)
    {
        if (wakeWorker)
            WakeWorker(task.Type);
        Raised?.Invoke(new TaskNotice.Scheduled(task.Type));
        Arrived?.Invoke(task.Type);
        RaiseChanged(task);
    }

    /// <summary>Wakes all readers of the task; those in this process need not read what it is now.</summary>
    public void RaiseChanged(ProcessingTask task) => RaiseChanged(task.Id, task.UserId, task);

    /// <summary>As <see cref="RaiseChanged(ProcessingTask)"/>, for a task that is gone.</summary>
    public void RaiseChanged(long taskId, string? userId) => RaiseChanged(taskId, userId, task: null);

    /// <summary>Wakes those in this process whom a notice concerns.</summary>
    public void Hear(TaskNotice notice)
    {
        switch (notice)
        {
            case TaskNotice.Scheduled { Type: var type }:
                WakeWorker(type);
                break;
            case TaskNotice.Changed { TaskId: var id, UserId: var userId }:
                WakeReaders(id, userId, task: null);
                break;
        }
    }

    /// <summary>Wakes one worker in this process, and nobody else.</summary>
    public void WakeWorker(string type) => _workers.WakeOne(type);

    /// <summary>Has all waiting workers look anew: other providers serve the task types now.</summary>
    public void WakeWorkers() => _workers.WakeAll();

    /// <summary>The tasks that readers wait for, each with the oldest revision that one of them knows.</summary>
    public IReadOnlyDictionary<long, long> KnownRevisions()
    {
        var known = new Dictionary<long, long>();
        _readers.Visit(listener => listener.AddKnown(known));
        _users.Visit(listener => listener.AddKnown(known));
        return known;
    }

    /// <summary>Wakes the readers who know one of the tasks: it has changed without a signal.</summary>
    public void WakeThoseWhoKnow(IReadOnlyCollection<long> taskIds)
    {
        _readers.Visit(listener => listener.WakeIfKnown(taskIds));
        _users.Visit(listener => listener.WakeIfKnown(taskIds));
    }

    private void RaiseChanged(long taskId, string? userId, ProcessingTask? task)
    {
        WakeReaders(taskId, userId, task);
        Raised?.Invoke(new TaskNotice.Changed(taskId, userId));
    }

    private void WakeReaders(long taskId, string? userId, ProcessingTask? task)
    {
        _readers.WakeAll(taskId, taskId, task);
        if (userId is not null)
            _users.WakeAll(userId, taskId, task: null);
    }
}
