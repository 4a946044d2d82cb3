using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// Tasks in memory that equal the stored rows. The writer reports its commits, in order. After a commit of another
/// process all tasks are dropped: the observer sees every commit, the writer's own <c>data_version</c> only those of
/// others. See docs/adr/0002.
/// </summary>
internal sealed class SqliteTaskCache(SqliteCommitObserver observer, int megabytes)
{
    private readonly RecentTasks _tasks = new(megabytes);
    private readonly Lock _lock = new();
    private SqliteStoreConnection? _writer;
    private long? _seen;
    private long _seenByWriter;
    private bool _committing;

    /// <inheritdoc cref="RecentTasks.Version"/>
    public long Version => _tasks.Version;

    /// <summary>The task as it is stored; null when it must be read.</summary>
    public ProcessingTask? Find(long id) => _tasks.Find(id) is { } known && AreCurrent() ? known : null;

    /// <inheritdoc cref="RecentTasks.KeepRead"/>
    public ProcessingTask KeepRead(ProcessingTask task, long version) => _tasks.KeepRead(task, version);

    /// <summary>Marks the start of a commit. Until <see cref="EndCommit"/> the cache may lag behind this process's own commit.</summary>
    public void BeginCommit()
    {
        lock (_lock)
            _committing = true;
    }

    /// <summary>Takes the tasks of a commit.</summary>
    /// <param name="changed">The tasks that statements returned, as they are now.</param>
    /// <param name="touched">The ids of all changed rows, also of those that EF Core or a cascade changed.</param>
    public void Take(IEnumerable<ProcessingTask> changed, ISet<long> touched)
    {
        foreach (var task in changed)
        {
            touched.Remove(task.Id);
            _tasks.KeepWritten(task);
        }

        foreach (var id in touched)
            _tasks.Remove(id);
    }

    /// <summary>Marks the end of a commit: the cache has its rows.</summary>
    public void EndCommit(SqliteStoreConnection writer)
    {
        lock (_lock)
        {
            _committing = false;
            try
            {
                // The order matters: a foreign commit between the two reads is seen by the second one.
                _seen = observer.ReadVersion();
                var byWriter = writer.DataVersion();
                if (_writer != writer || byWriter != _seenByWriter)
                    _tasks.Clear();
                (_writer, _seenByWriter) = (writer, byWriter);
            }
            catch (SqliteException)
            {
                Clear();
            }
        }
    }

    /// <summary>Marks a failed commit, whose rows may or may not be stored.</summary>
    public void AbandonCommit()
    {
        lock (_lock)
        {
            _committing = false;
            Clear();
        }
    }

    private bool AreCurrent()
    {
        lock (_lock)
        {
            try
            {
                var version = observer.ReadVersion();
                if (version == _seen)
                    return true;
                if (_committing)
                    return false;

                _seen = version;
                _tasks.Clear();
            }
            catch (SqliteException)
            {
                Clear();
            }

            return false;
        }
    }

    private void Clear()
    {
        _seen = null;
        _tasks.Clear();
    }
}
