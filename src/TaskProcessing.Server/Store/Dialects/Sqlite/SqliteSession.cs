using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A connection of the store's own, outside of the pool, so that its statements live as long as it does.</summary>
internal sealed class SqliteSession : Session, IDisposable
{
    private const string Savepoint = "write";

    private static readonly Statement DataVersionStatement = new("PRAGMA data_version");

    private readonly Dictionary<Statement, SqliteStatement> _prepared = [];
    private readonly SqliteConnection _connection;
    private readonly List<ProcessingTask> _remembered = [];
    private readonly HashSet<long> _touched = [];
    private SqliteTransaction? _transaction;
    private TaskDbContext? _context;

    /// <param name="connectionString">Of the file.</param>
    /// <param name="setUp">Prepares the connection.</param>
    public SqliteSession(string connectionString, Action<SqliteConnection> setUp)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            _connection.Open();
            _connection.DefaultTimeout = 1; // the busy handler has waited already
            setUp(_connection);
            // Without it SQLite prepares a statement anew whenever a value is bound that its planner has looked at, and with
            // partial indexes it looks at all: a claim took four times as long.
            _ = raw.sqlite3_db_config(_connection.Handle, raw.SQLITE_DBCONFIG_ENABLE_QPSG, 1, out _);
            // What a statement returns, or picks first, goes through a small table of its own; for one that might become a file
            // SQLite sets aside and clears room for twenty pages each time.
            _ = raw.sqlite3_exec(_connection.Handle, "PRAGMA temp_store = MEMORY");
            raw.sqlite3_update_hook(_connection.Handle, NoteTouched, null);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public override TaskDbContext Context
    {
        get
        {
            if (_context is null)
            {
                _context = new TaskDbContext(
                    new DbContextOptionsBuilder<TaskDbContext>().UseSqlite(_connection).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options);
                _context.Database.UseTransaction(_transaction);
            }

            return _context;
        }
    }

    /// <summary>Whether SQLite has given a transaction up by itself, as it does when the disk is full.</summary>
    public bool IsRolledBack => raw.sqlite3_get_autocommit(_connection.Handle) != 0;

    public override ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read)
    {
        try
        {
            return ValueTask.FromResult(Prepare(statement).Run(values, read));
        }
        catch (SqliteException error)
        {
            return ValueTask.FromException<List<T>>(error);
        }
    }

    protected override void Remember(ProcessingTask task) => _remembered.Add(task);

    /// <summary>How many rows wait for <see cref="Tell"/>.</summary>
    public int Remembered => _remembered.Count;

    /// <summary>A write failed: what it changed is not so.</summary>
    public void Unlearn(int remembered) => _remembered.RemoveRange(remembered, _remembered.Count - remembered);

    /// <summary>The transaction is committed: tells what the tasks are now that it changed, whoever changed them.</summary>
    public void Tell(TaskCache cache)
    {
        foreach (var task in _remembered)
        {
            _touched.Remove(task.Id);
            cache.KeepWritten(task);
        }

        foreach (var id in _touched)
            cache.Forget(id);
        _remembered.Clear();
        _touched.Clear();
    }

    /// <summary>Moves when another connection has committed, never by this one.</summary>
    public long DataVersion() => Prepare(DataVersionStatement).Run([], static row => row.Int64(0))[0];

    /// <summary>Waits for other processes, as long as the busy handler of the connection does.</summary>
    public void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    public void Commit()
    {
        Forget();
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    /// <summary>For the connection that commits most; see <see cref="GatheredLog"/>.</summary>
    public void GatherLog() => GatheredLog.Gather(_connection);

    public void Save() => _transaction!.Save(Savepoint);

    public void Release() => _transaction!.Release(Savepoint);

    public void RollBackToSave()
    {
        _transaction!.Rollback(Savepoint);
        _transaction.Release(Savepoint);
    }

    /// <summary>Drops what EF Core remembers of a write.</summary>
    public void Forget()
    {
        _context?.Dispose();
        _context = null;
    }

    public void Dispose()
    {
        Forget();
        foreach (var statement in _prepared.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private SqliteStatement Prepare(Statement statement)
    {
        if (!_prepared.TryGetValue(statement, out var prepared))
            _prepared[statement] = prepared = new SqliteStatement(_connection.Handle!, WithoutJournal(statement.For('?')));
        return prepared;
    }

    /// <summary>
    /// So that a row that breaks a rule undoes no more than itself, SQLite copies every page before a statement that returns rows
    /// changes it, into a file when there are many. Ours change one row, or rows that cannot break one: whatever else fails is
    /// undone with the whole transaction.
    /// </summary>
    private static string WithoutJournal(string text) =>
        text.Replace("INSERT INTO tasks", "INSERT OR FAIL INTO tasks", StringComparison.Ordinal)
            .Replace("UPDATE tasks", "UPDATE OR FAIL tasks", StringComparison.Ordinal);

    /// <summary>SQLite names every row that this connection changes, also those that EF Core or a cascade changed.</summary>
    private void NoteTouched(object userData, int type, utf8z database, utf8z table, long rowId)
    {
        if (table.utf8_to_string() == "tasks")
            _touched.Add(rowId);
    }
}
