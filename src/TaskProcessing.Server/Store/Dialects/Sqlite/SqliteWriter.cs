using System.Diagnostics;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// The one writer of this process, on a connection of its own. It takes what waits, in order, runs each write in one
/// transaction, commits it to disk and then answers all. While it commits, the next ones gather: the more there are, the
/// fewer commits each costs, and a lonely write waits for nobody. See docs/adr/0002.
/// </summary>
/// <remarks>
/// It has a thread, not the pool: a commit blocks, and the pool's threads are for those who have something to do. But a
/// write that comes while all is quiet is made by its caller: to hand it over to another thread and its answer back takes a
/// tenth of the time.
/// </remarks>
internal sealed class SqliteWriter(Func<SqliteSession> open, TaskCache cache, OwnCommits ownCommits) : IDisposable
{
    /// <summary>Other processes get their turn in between.</summary>
    private const int LargestBatch = 500;

    /// <summary>Without a write for so long it is quiet. A busy writer's callers must not begin batches before others have gathered.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Queue<PendingWrite> _waiting = new();
    private readonly List<PendingWrite> _batch = [];
    private SqliteSession? _session;
    private Thread? _thread;
    private long _wrote;
    private bool _writing;
    private bool _stopping;

    public Task<T> RunAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);

        var pending = new PendingWrite<T>(write, together, cancellationToken);
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

    /// <summary>Takes no more writes and ends when the last one is answered.</summary>
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
            _thread.Start();
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

        _session?.Dispose();
    }

    /// <returns>False when nothing waits and nothing will.</returns>
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

    private SqliteSession Open()
    {
        var session = open();
        session.GatherLog();
        return session;
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
        try
        {
            _session ??= Open();
            _session.Begin();
            // What came while the others ran belongs to the same commit; first of all what they gave rise to.
            for (var next = 0; next < _batch.Count || TakeMore(); next++)
                _batch[next].Run(_session);
            ownCommits.Begin();
            _session.Commit();
            _session.Tell(cache);
        }
        catch (Exception error)
        {
            // Whatever was written is undone with the connection; the next batch begins with a new one.
            _session?.Dispose();
            _session = null;
            ownCommits.Abandon();
            foreach (var write in _batch)
                write.Fail(error);
            return;
        }

        foreach (var write in _batch)
            write.Answer();
        // Nobody needs to wait for it: until then the cache is not asked.
        ownCommits.End(_session);
    }
}
