using System.Diagnostics;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// The only writer of this process, on a connection of its own. It runs all queued writes in order in one transaction, commits, and
/// then answers them. Writes that arrive during the commit form the next batch. A single write does not wait for others. See
/// docs/adr/0002.
/// </summary>
/// <remarks>
/// It has a dedicated thread: commits block, and blocking a pool thread would starve requests. A write on a quiet writer is made by
/// its caller: two thread switches would take a tenth of the time.
/// </remarks>
internal sealed class SqliteWriter(Func<SqliteStoreConnection> open, SqliteTaskCache cache, TaskMetrics metrics) : IDisposable
{
    /// <summary>The limit lets other processes write in between.</summary>
    private const int LargestBatch = 500;

    /// <summary>
    /// A writer is quiet when its last write is this long ago. While it is busy, callers must not begin batches: those would be small.
    /// </summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Queue<QueuedWrite> _waiting = new();
    private readonly List<QueuedWrite> _batch = [];
    private SqliteStoreConnection? _connection;
    private Thread? _thread;
    private long _wrote;
    private bool _writing;
    private bool _stopping;

    public Task<T> RunAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);

        var pending = new QueuedWrite<T>(write, atomic, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Enqueue(pending);
            if (_writing)
                return pending.Answered;

            if (_waiting.Count > 1 || Stopwatch.GetElapsedTime(_wrote) < Quiet)
            {
                WakeThread();
                return pending.Answered;
            }

            _writing = true;
        }

        WriteBatch();
        return pending.Answered;
    }

    /// <summary>Refuses further writes and returns when the last queued one is answered.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            WakeThread();
        }

        _thread!.Join();
    }

    private void WakeThread()
    {
        if (_thread is null)
        {
            _thread = new Thread(Work) { Name = "SQLite writer", IsBackground = true };
            // Not in the context of the request that happens to be the first: its trace would go on for ever.
            _thread.UnsafeStart();
        }
        else
        {
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        while (WaitForTurn())
            WriteBatch();

        _connection?.Dispose();
    }

    /// <returns>False when nothing is queued and the writer stops.</returns>
    private bool WaitForTurn()
    {
        lock (_gate)
        {
            while (_writing || _waiting.Count == 0)
            {
                if (_stopping && !_writing)
                    return false;
                Monitor.Wait(_gate);
            }

            _writing = true;
            return true;
        }
    }

    private void WriteBatch()
    {
        TakeMore();
        Write();
        _batch.Clear();
        lock (_gate)
        {
            _writing = false;
            _wrote = Stopwatch.GetTimestamp();
            if (_stopping || _waiting.Count > 0)
                WakeThread();
        }
    }

    private bool TakeMore()
    {
        lock (_gate)
        {
            var before = _batch.Count;
            while (_batch.Count < LargestBatch && _waiting.TryDequeue(out var write))
                _batch.Add(write);
            return _batch.Count > before;
        }
    }

    private void Write()
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            _connection ??= open();
            _connection.Begin();
            // Writes that arrive while the batch runs join it, above all the claims that its inserts have started.
            for (var next = 0; next < _batch.Count || TakeMore(); next++)
                _batch[next].Run(_connection);
            cache.BeginCommit();
            _connection.Commit();
            _connection.PublishChangesTo(cache);
        }
        catch (Exception error)
        {
            // Closing the connection rolls the batch back; the next batch opens a new one.
            _connection?.Dispose();
            _connection = null;
            cache.AbandonCommit();
            foreach (var write in _batch)
                write.Fail(error);
            return;
        }

        foreach (var write in _batch)
            write.Answer();
        metrics.Committed(_batch.Count, Stopwatch.GetElapsedTime(began));
        // After the answers: the cache is not used until then, so no caller has to wait for it.
        cache.EndCommit(_connection);
    }
}
