using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>A connection of the store's own, outside of the pool, so that its statements live as long as it does.</summary>
internal sealed class SqliteSession : Session, IDisposable
{
    private readonly Dictionary<Statement, SqliteStatement> _prepared = [];
    private readonly SqliteConnection _connection;
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
        if (!_prepared.TryGetValue(statement, out var prepared))
            _prepared[statement] = prepared = new SqliteStatement(_connection.Handle!, statement.For('?'));

        return ValueTask.FromResult(prepared.Run(values, read));
    }

    /// <summary>Waits for other processes, as long as the busy handler of the connection does.</summary>
    public void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    public void Commit()
    {
        Forget();
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

    private const string Savepoint = "write";
}
