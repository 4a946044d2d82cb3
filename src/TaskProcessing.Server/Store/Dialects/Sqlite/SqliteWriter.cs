using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// The one writer of this process: a thread with a connection of its own. It takes what waits, in order, runs each write
/// in one transaction, commits it to disk and then answers all. While it commits, the next ones gather: the more there
/// are, the fewer commits each costs, and a lonely write waits for nobody. See docs/adr/0002.
/// </summary>
internal sealed class SqliteWriter(Func<SqliteSession> open, TaskCache cache, OwnCommits ownCommits) : IDisposable
{
    /// <summary>Other processes get their turn in between.</summary>
    private const int LargestBatch = 500;

    private readonly object _gate = new();
    private readonly Queue<PendingWrite> _waiting = new();
    private readonly List<PendingWrite> _batch = [];
    private SqliteSession? _session;
    private Thread? _thread;
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
            if (_thread is null)
                Start();
            else
                Monitor.Pulse(_gate);
        }

        return pending.Answered;
    }

    /// <summary>Takes no more writes and ends when the last one is answered.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread?.Join();
    }

    /// <summary>A thread, not the pool: a commit blocks, and the pool's threads are for those who have something to do.</summary>
    private void Start()
    {
        _thread = new Thread(Work) { Name = "SQLite writer", IsBackground = true };
        _thread.Start();
    }

    private void Work()
    {
        while (TakeWaiting())
        {
            Write();
            _batch.Clear();
        }

        _session?.Dispose();
    }

    /// <returns>False when nothing waits and nothing will.</returns>
    private bool TakeWaiting()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_stopping)
                    return false;
                Monitor.Wait(_gate);
            }

            return TakeMore();
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
            _session ??= open();
            _session.Begin();
            // What came while the others ran belongs to the same commit; first of all what they gave rise to.
            for (var next = 0; next < _batch.Count || TakeMore(); next++)
                _batch[next].Run(_session);
            ownCommits.Begin();
            _session.Commit();
            _session.Tell(cache);
            ownCommits.End(_session);
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
    }
}
