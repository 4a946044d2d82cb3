using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// Tasks as this process last read or wrote them. An instance is not changed any more once it is here: what is made of it
/// can be remembered with it. Whether they still are what is stored is for the database to say, see
/// <see cref="Statements.Sessions.IsCurrent"/>.
/// </summary>
/// <remarks>
/// Two generations: what is asked for goes to the young one; when that is full it becomes the old one, and what is in the
/// old one by then is forgotten. So reading takes no lock and nothing is sorted.
/// </remarks>
internal sealed class TaskCache(IOptions<StoreOptions> options)
{
    private readonly long _roomOfGeneration = options.Value.CacheMegabytes * 1024L * 1024 / 2;
    private readonly Lock _lock = new();
    private ConcurrentDictionary<long, ProcessingTask> _young = new();
    private ConcurrentDictionary<long, ProcessingTask> _old = new();
    private long _size;
    private long _forgotten;

    /// <summary>Moves whenever something is forgotten.</summary>
    public long Version => Volatile.Read(ref _forgotten);

    public ProcessingTask? Find(long id)
    {
        if (_young.TryGetValue(id, out var task))
            return task;
        if (!_old.TryGetValue(id, out task))
            return null;

        return KeepRead(task, Version);
    }

    /// <summary>Keeps what was read from the database, unless something newer is here or might have been.</summary>
    /// <param name="task">What was read.</param>
    /// <param name="version">The <see cref="Version"/> before it was read.</param>
    /// <returns>The instance that is kept.</returns>
    public ProcessingTask KeepRead(ProcessingTask task, long version)
    {
        lock (_lock)
        {
            if (_young.TryGetValue(task.Id, out var known))
                return known;
            if (_old.TryGetValue(task.Id, out known))
                task = known;
            else if (version != _forgotten)
                return task;

            Keep(task);
            return task;
        }
    }

    /// <summary>Keeps what was written; called in the order of the commits.</summary>
    public void KeepWritten(ProcessingTask task)
    {
        lock (_lock)
        {
            _old.TryRemove(task.Id, out _);
            Keep(task);
        }
    }

    public void Forget(long id)
    {
        lock (_lock)
        {
            _forgotten++;
            _young.TryRemove(id, out _);
            _old.TryRemove(id, out _);
        }
    }

    public void ForgetAll()
    {
        lock (_lock)
        {
            _forgotten++;
            _size = 0;
            _young = new();
            _old = new();
        }
    }

    private void Keep(ProcessingTask task)
    {
        var size = SizeOf(task);
        if (size > _roomOfGeneration / 16)
        {
            // Too large to be worth the room of many; whatever was here is no longer right.
            _young.TryRemove(task.Id, out _);
            return;
        }

        _young[task.Id] = task;
        _size += size;
        if (_size <= _roomOfGeneration)
            return;

        _forgotten++;
        _size = 0;
        _old = _young;
        _young = new();
    }

    /// <summary>Roughly, with what answers are made of it: strings take two bytes a character, an answer one.</summary>
    private static long SizeOf(ProcessingTask task) =>
        1500 + (3L * (task.Input.Length + (task.Output?.Length ?? 0))) + (2 * task.History.Length);
}
