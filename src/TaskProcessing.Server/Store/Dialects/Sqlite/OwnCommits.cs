using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Store.Queue;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// Tells whether all that was committed to the file was committed by this process, so that a task in memory is the task
/// in the file, and empties the cache when it was not. SQLite gives each connection a number that moves when another one
/// commits (<c>PRAGMA data_version</c>, some two microseconds): an observer that never writes sees every commit, the writer
/// sees those of others. See docs/adr/0002.
/// </summary>
internal sealed class OwnCommits(Func<SqliteSession> open, TaskCache cache) : IDisposable
{
    private readonly Lock _lock = new();
    private SqliteSession? _observer;
    private SqliteSession? _writer;
    private long _seen;
    private long _seenByWriter;
    private bool _committing;

    /// <summary>Whether the cache tells what a read would find now.</summary>
    public bool AreAll()
    {
        lock (_lock)
        {
            try
            {
                return Look();
            }
            catch (SqliteException)
            {
                Close();
                return false;
            }
        }
    }

    /// <summary>Until <see cref="End"/> a commit may be this process's own, and the cache not know of it yet.</summary>
    public void Begin()
    {
        lock (_lock)
            _committing = true;
    }

    /// <summary>The writer has committed, and the cache knows what.</summary>
    public void End(SqliteSession writer)
    {
        lock (_lock)
        {
            _committing = false;
            try
            {
                // In this order: what others commit between the two looks is seen by the second one.
                _seen = _observer?.DataVersion() ?? 0;
                var byWriter = writer.DataVersion();
                if (_writer != writer || byWriter != _seenByWriter)
                    cache.ForgetAll();
                (_writer, _seenByWriter) = (writer, byWriter);
            }
            catch (SqliteException)
            {
                Close();
            }
        }
    }

    /// <summary>The commit failed; who knows what of it is there.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _committing = false;
            Close();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Close();
    }

    private bool Look()
    {
        if (_observer is not null && _observer.DataVersion() == _seen)
            return true;
        if (_committing)
            return false;

        _observer ??= open();
        _seen = _observer.DataVersion();
        cache.ForgetAll();
        return false;
    }

    private void Close()
    {
        _observer?.Dispose();
        _observer = null;
        cache.ForgetAll();
    }
}
