using System.Collections.Concurrent;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// Tasks as this process last read or wrote them. A kept instance is never changed, so text made from it can be kept with
/// it. <see cref="SqliteTaskCache"/> decides whether they still equal the stored rows.
/// </summary>
/// <remarks>
/// Two generations: a task that is asked for moves to the young one. When the young one is full it becomes the old one,
/// and the former old one is dropped. So reading takes no lock, and no list is sorted.
/// </remarks>
internal sealed class RecentTasks(int megabytes)
{
    private readonly long _roomOfGeneration = megabytes * 1024L * 1024 / 2;
    private readonly Lock _lock = new();
    private ConcurrentDictionary<long, ProcessingTask> _young = new();
    private ConcurrentDictionary<long, ProcessingTask> _old = new();
    private long _size;
    private long _forgotten;

    /// <summary>Changes whenever a task is removed.</summary>
    public long Version => Volatile.Read(ref _forgotten);

    public ProcessingTask? Find(long id)
    {
        var version = Version;
        if (_young.TryGetValue(id, out var task))
            return task;
        if (!_old.TryGetValue(id, out task))
            return null;

        return KeepRead(task, version);
    }

    /// <summary>Keeps a task that was read from the database, unless a newer one is here or might have been.</summary>
    /// <param name="task">The task that was read.</param>
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

    /// <summary>Keeps a task that was written; called in the order of the commits.</summary>
    public void KeepWritten(ProcessingTask task)
    {
        lock (_lock)
        {
            _old.TryRemove(task.Id, out _);
            Keep(task);
        }
    }

    public void Remove(long id)
    {
        lock (_lock)
        {
            _forgotten++;
            _young.TryRemove(id, out _);
            _old.TryRemove(id, out _);
        }
    }

    public void Clear()
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
            // Too large to take the room of many; the kept one is outdated.
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

    /// <summary>
    /// The approximate size of a task with its cached answer: strings take two bytes a character, an answer one.
    /// </summary>
    private static long SizeOf(ProcessingTask task) =>
        1500 + (3L * (task.Input.Length + (task.Output?.Length ?? 0))) + (2 * task.History.Length);
}
