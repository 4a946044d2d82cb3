using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Signals;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// One file. Readers never wait; there is one writer at a time: writes of this process queue for its <see cref="SqliteWriter"/>,
/// those of other processes (the command line beside a running server) wait in SQLite's own busy handler.
/// </summary>
internal sealed class SqliteDialect : Dialect
{
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConnectionSetup _setup = new();
    private readonly string _connectionString;
    private readonly string _path;
    private readonly SqliteNotifier _signals;
    private readonly SqliteCommitObserver _observer;
    private readonly int _cacheMegabytes;

    public SqliteDialect(string? connectionString, string dataDirectory, int cacheMegabytes)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.DataSource.Length == 0)
            builder.DataSource = Path.Combine(dataDirectory, "taskprocessing.db");
        if (builder.DataSource == ":memory:" || builder.Mode == SqliteOpenMode.Memory)
            throw new ArgumentException("The store needs a SQLite file: an in-memory database would be another one for every connection.");

        _path = Path.GetFullPath(builder.DataSource);
        builder.DataSource = _path;
        builder.ForeignKeys = true;
        _connectionString = builder.ToString();
        _cacheMegabytes = cacheMegabytes;
        _observer = new SqliteCommitObserver(OpenConnection);
        _signals = new SqliteNotifier(_observer);
        Copies = new SqliteCopies(_path, _connectionString);
    }

    public override string Location => $"the SQLite file {_path}";

    public override string Directory => Path.GetDirectoryName(_path)!;

    public override IChangeNotifier Notifier => _signals;

    public override IDatabaseCopies Copies { get; }

    public override SqliteCopySource CopySource => new(_path, _connectionString);

    public override void Configure(DbContextOptionsBuilder options) =>
        options.UseSqlite(_connectionString).AddInterceptors(StorableText.Guard, _setup);

    public override IDbContextFactory<TaskDbContext> FindContexts(IServiceProvider services) =>
        new TaskDbContexts<SqliteTaskDbContext>(services.GetRequiredService<IDbContextFactory<SqliteTaskDbContext>>());

    public override StoreConnections OpenConnections(IDbContextFactory<TaskDbContext> contexts, TaskMetrics metrics) =>
        new SqliteStoreConnections(OpenConnection, new SqliteTaskCache(_observer, _cacheMegabytes), metrics);

    public override void PrepareMigrations(DbConnection connection)
    {
        var sqlite = (SqliteConnection)connection;
        sqlite.CreateFunction<string, string>("normalize", FileName.Normalize, isDeterministic: true);
        sqlite.CreateFunction(
            "add_number",
            (string name, long number) => $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}",
            isDeterministic: true
        );
    }

    /// <remarks>
    /// EF Core's own lock is a row that outlives a killed process and would block every later start. The file lock dies
    /// with its process, so its holder may delete the remains of that row.
    /// </remarks>
    public override async Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken)
    {
        CreateDirectory(Directory);
        var lockFile = await OpenLockFileAsync(cancellationToken);
        try
        {
            await using var connection = new SqliteConnection(_connectionString);
            await connection.OpenAsync(cancellationToken);
            ConnectionSetup.Run(connection);
            Execute(connection, "DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
            return lockFile;
        }
        catch
        {
            await lockFile.DisposeAsync();
            throw;
        }
    }

    /// <remarks>Reads no more than the limit from each queue, so that the cost does not grow with the queues.</remarks>
    public override string PickNext(IReadOnlyCollection<string> filters, string limit) =>
        $"{Placed(filters.Select(filter => $"SELECT * FROM ({Queue(filter, limit)})"))} LIMIT {limit}";

    /// <remarks>Some hundred pages at a time: other writers wait meanwhile.</remarks>
    public override (string Statement, string Query)? ReclaimSpace =>
        (
            "PRAGMA incremental_vacuum(500)",
            """SELECT CASE auto_vacuum WHEN 2 THEN freelist_count ELSE 0 END AS "Value" FROM pragma_freelist_count, pragma_auto_vacuum"""
        );

    public override string TextOf(Statement statement) => SqliteStatement.TextOf(statement);

    public override string JoinChildren =>
        " CROSS JOIN files INDEXED BY ix_files_place ON files.parent_id = tree.id"
        + " AND files.deleted_at IS NULL AND files.user_id IS NOT NULL";

    protected override string RowLock => "";

    protected override bool IsOutage(DbException error) =>
        (error as SqliteException)?.SqliteErrorCode
            is raw.SQLITE_BUSY
                or raw.SQLITE_LOCKED
                or raw.SQLITE_READONLY
                or raw.SQLITE_IOERR
                or raw.SQLITE_CORRUPT
                or raw.SQLITE_FULL
                or raw.SQLITE_CANTOPEN
                or raw.SQLITE_NOTADB
                or raw.SQLITE_PERM;

    protected override bool IsMissingOwner(DbException error) =>
        error is SqliteException { SqliteExtendedErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT_FOREIGNKEY };

    protected override bool IsFull(DbException error) => error is SqliteException { SqliteErrorCode: raw.SQLITE_FULL };

    protected override string Advice(DbException? error) =>
        (error as SqliteException)?.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "another program holds it: end that one, or wait until it is done",
            raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => "restore a backup, or name another file",
            raw.SQLITE_FULL => "free some space",
            _ => $"{Path.GetDirectoryName(_path)} must be a directory that this user can write to; the setting DataDirectory names it",
        };

    public override string? UnsafeSettings => null;

    public override void Dispose()
    {
        _observer.Dispose();

        // Closing the last connection folds the write-ahead log into the file.
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private SqliteStoreConnection OpenConnection() => new(_connectionString, ConnectionSetup.Run);

    private async Task<FileStream> OpenLockFileAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(_path + "-migrate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.GetType() == typeof(IOException))
            {
                await Task.Delay(LockPollInterval, cancellationToken);
            }
        }
    }

    /// <summary>Private to the server's own user: the file has keys and password hashes.</summary>
    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(path);
        else
            System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Prepares each connection once, before its first use.</summary>
    private sealed class ConnectionSetup : DbConnectionInterceptor
    {
        // With synchronous=FULL a commit is on disk when it returns, also in WAL mode. The log goes into the file every 4000
        // pages: with SQLite's own 1000, pages that each commit changes are copied four times as often (12 % of what "schedule" can do).
        // While somebody reads for long, as a backup does, the log only grows; it keeps no more than 32 MB of that.
        private const string Pragmas =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432;";

        private readonly ConditionalWeakTable<sqlite3, object> _prepared = [];

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            // EF Core probes with a read-only connection whether the file exists; that one cannot set anything.
            var sqlite = (SqliteConnection)connection;
            if (sqlite.ConnectionString.Contains("Mode=ReadOnly", StringComparison.OrdinalIgnoreCase))
                return;
            if (_prepared.TryAdd(sqlite.Handle!, this))
                Run(sqlite);
        }

        public override Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }

        /// <remarks>auto_vacuum counts only before anything is in the file; later it would be a commit for nothing.</remarks>
        public static void Run(SqliteConnection connection)
        {
            Execute(connection, "PRAGMA busy_timeout = 10000");
            using var pages = connection.CreateCommand();
            pages.CommandText = "PRAGMA page_count";
            if (pages.ExecuteScalar() is 0L)
                Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            Execute(connection, Pragmas);
        }
    }
}
