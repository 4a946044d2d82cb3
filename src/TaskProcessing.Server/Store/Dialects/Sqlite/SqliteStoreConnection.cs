using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A connection of the store's own, outside of the pool, so that its statements live as long as it does.</summary>
internal sealed class SqliteStoreConnection : StoreConnection, IDisposable
{
    private const string Savepoint = "write";

    private static readonly Statement DataVersionStatement = new("PRAGMA data_version");

    private readonly Dictionary<Statement, SqliteStatement> _prepared = [];
    private readonly SqliteConnection _connection;
    private readonly List<ProcessingTask> _changed = [];
    private readonly HashSet<long> _touched = [];
    private SqliteTransaction? _transaction;
    private TaskDbContext? _context;

    /// <param name="connectionString">Of the file.</param>
    /// <param name="setUp">Prepares the connection.</param>
    public SqliteStoreConnection(string connectionString, Action<SqliteConnection> setUp)
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
            // The rows that a statement returns or picks go through a small temporary table; if that might become a file,
            // SQLite sets aside and clears room for twenty pages each time.
            _ = raw.sqlite3_exec(_connection.Handle, "PRAGMA temp_store = MEMORY");
            raw.sqlite3_update_hook(_connection.Handle, OnRowUpdated, null);
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
                var options = new DbContextOptionsBuilder<SqliteTaskDbContext>().UseSqlite(_connection).AddInterceptors(StorableText.Guard);
                _context = new SqliteTaskDbContext(options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options);
                _context.Database.UseTransaction(_transaction);
            }

            return _context;
        }
    }

    /// <summary>True when SQLite has rolled the transaction back by itself, as it does when the disk is full.</summary>
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

    public override async ValueTask<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        object?[] values,
        Func<IRow, ProcessingTask> read
    )
    {
        var changed = await base.ChangeTasksAsync(statement, values, read);
        _changed.AddRange(changed);
        return changed;
    }

    /// <summary>The number of changed tasks of the transaction so far.</summary>
    public int Changes => _changed.Count;

    /// <summary>Drops the changes of a write that failed.</summary>
    public void DropChanges(int from) => _changed.RemoveRange(from, _changed.Count - from);

    /// <summary>Gives the cache the tasks that the transaction changed, after its commit.</summary>
    public void PublishChangesTo(SqliteTaskCache cache)
    {
        cache.Take(_changed, _touched);
        _changed.Clear();
        _touched.Clear();
    }

    /// <summary>Moves when another connection has committed, never by this one.</summary>
    public long DataVersion() => Prepare(DataVersionStatement).Run([], static row => row.Int64(0))[0];

    /// <summary>Waits for other processes, as long as the busy handler of the connection does.</summary>
    public void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    public void Commit()
    {
        ClearTracked();
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    public void Save() => _transaction!.Save(Savepoint);

    public void Release() => _transaction!.Release(Savepoint);

    public void RollBackToSave()
    {
        _transaction!.Rollback(Savepoint);
        _transaction.Release(Savepoint);
    }

    /// <summary>Drops the entities that EF Core tracks after a write.</summary>
    public void ClearTracked()
    {
        _context?.Dispose();
        _context = null;
    }

    public void Dispose()
    {
        ClearTracked();
        foreach (var statement in _prepared.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private SqliteStatement Prepare(Statement statement)
    {
        if (!_prepared.TryGetValue(statement, out var prepared))
            _prepared[statement] = prepared = new SqliteStatement(_connection.Handle!, SqliteStatement.TextOf(statement));
        return prepared;
    }

    /// <summary>SQLite names every row that this connection changes, also those that EF Core or a cascade changed.</summary>
    private void OnRowUpdated(object userData, int type, utf8z database, utf8z table, long rowId)
    {
        if (table.utf8_to_string() == "tasks")
            _touched.Add(rowId);
    }
}
