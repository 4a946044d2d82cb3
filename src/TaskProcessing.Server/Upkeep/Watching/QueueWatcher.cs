using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Wakes listeners for changes without a signal: another process changed a task and could not notify, or other providers serve the
/// task types now.
/// </summary>
internal sealed class QueueWatcher : IPeriodicJob, IDisposable
{
    private readonly ITaskStore _tasks;
    private readonly IFollowedTasks _followed;
    private readonly TaskSignal _signal;
    private readonly IChangeNotifier _notifier;
    private readonly CurrentTaskTypes _taskTypes;
    private Dictionary<string, string> _providerOfType = [];
    private long? _version;

    public QueueWatcher(ITaskStore tasks, IFollowedTasks followed, TaskSignal signal, IChangeNotifier notifier, CurrentTaskTypes taskTypes)
    {
        (_tasks, _followed, _signal, _notifier, _taskTypes) = (tasks, followed, signal, notifier, taskTypes);
        taskTypes.Changed += WakeIfOthersServe;
    }

    public string Purpose => "poll for changed tasks";

    public TimeSpan Interval => _notifier.PollInterval;

    /// <summary>Polls once. Costs no statement without listeners, or while the version of the database has not changed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var version = await _notifier.ReadVersionAsync(cancellationToken);
        if (version is not null && version == _version)
            return;

        await WakeWorkersAsync(cancellationToken);
        await WakeReadersAsync(cancellationToken);
        _version = version;
    }

    public void Dispose() => _taskTypes.Changed -= WakeIfOthersServe;

    private async Task WakeWorkersAsync(CancellationToken cancellationToken)
    {
        var types = _signal.AwaitedTypes;
        if (types.Count == 0 || !await _tasks.AnyScheduledAsync(types, cancellationToken))
            return;

        foreach (var type in types)
        {
            if (await _tasks.AnyScheduledAsync([type], cancellationToken))
                _signal.WakeWorker(type);
        }
    }

    private async Task WakeReadersAsync(CancellationToken cancellationToken)
    {
        var tracked = _signal.TrackedRevisions();
        if (tracked.Count == 0)
            return;

        var current = await _followed.ReadRevisionsAsync([.. tracked.Keys], cancellationToken);
        var changed = tracked
            .Where(task => !current.TryGetValue(task.Key, out var revision) || revision != task.Value)
            .Select(task => task.Key)
            .ToHashSet();
        if (changed.Count > 0)
            _signal.WakeWatchersOf(changed);
    }

    private void WakeIfOthersServe()
    {
        var providerOfType = _taskTypes.Current.Available.ToDictionary(type => type.Type.Id, type => type.Provider.Id);
        var before = Interlocked.Exchange(ref _providerOfType, providerOfType);
        if (before.Count != providerOfType.Count || before.Except(providerOfType).Any())
            _signal.WakeWorkers();
    }
}
