using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Wakes those who wait for what came without a signal: another process did it and could not tell, or other providers
/// serve the task types now.
/// </summary>
internal sealed class QueueWatcher : IRound, IDisposable
{
    private readonly ITaskStore _tasks;
    private readonly IFollowedTasks _followed;
    private readonly TaskSignal _signal;
    private readonly ISignalLine _line;
    private readonly AvailableTaskTypes _taskTypes;
    private Dictionary<string, string> _providerOfType = [];
    private long? _mark;

    public QueueWatcher(ITaskStore tasks, IFollowedTasks followed, TaskSignal signal, ISignalLine line, AvailableTaskTypes taskTypes)
    {
        (_tasks, _followed, _signal, _line, _taskTypes) = (tasks, followed, signal, line, taskTypes);
        taskTypes.Refreshed += WakeIfOthersServe;
    }

    public string Purpose => "look for tasks that changed";

    public TimeSpan Rest => _line.LookInterval;

    /// <summary>Looks once; costs nothing while nobody waits, or while the database's mark has not moved.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var mark = await _line.ReadMarkAsync(cancellationToken);
        if (mark is not null && mark == _mark)
            return;

        await WakeWorkersAsync(cancellationToken);
        await WakeReadersAsync(cancellationToken);
        _mark = mark;
    }

    public void Dispose() => _taskTypes.Refreshed -= WakeIfOthersServe;

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
        var known = _signal.KnownRevisions();
        if (known.Count == 0)
            return;

        var current = await _followed.ReadRevisionsAsync([.. known.Keys], cancellationToken);
        var changed = known.Where(task => !current.TryGetValue(task.Key, out var revision) || revision != task.Value).Select(task => task.Key).ToHashSet();
        if (changed.Count > 0)
            _signal.WakeThoseWhoKnow(changed);
    }

    private void WakeIfOthersServe()
    {
        var providerOfType = _taskTypes.Current.Available.ToDictionary(type => type.Type.Id, type => type.Provider.Id);
        var before = Interlocked.Exchange(ref _providerOfType, providerOfType);
        if (before.Count != providerOfType.Count || before.Except(providerOfType).Any())
            _signal.WakeWorkers();
    }
}
