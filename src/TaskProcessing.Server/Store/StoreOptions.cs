using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TaskProcessing.Server.Store;

/// <summary>Section <c>Store</c>: the database that keeps everything but file contents.</summary>
internal sealed class StoreOptions : IValidatableObject
{
    /// <summary>The kind of database.</summary>
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>The ADO.NET connection string; for SQLite the default is the file <c>taskprocessing.db</c> in the data directory.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Only PostgreSQL, and only where <see cref="ConnectionString"/> leads to a pooler that gives each transaction another connection,
    /// such as PgBouncer: the connection string of PostgreSQL itself, for notifications and the lock of migrations, one connection for
    /// each server. Default none.
    /// </summary>
    public string? DirectConnectionString { get; set; }

    /// <summary>
    /// True when <c>serve</c> migrates the database on start. Default true; false leaves that to <c>migrate</c>.
    /// </summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>
    /// The approximate size in megabytes of the tasks that a process keeps in memory, so that reading a task needs no
    /// statement. Default 32; 0 keeps none. Only on SQLite, where a process detects every change by another process.
    /// </summary>
    [Range(0, 65_536)]
    public int CacheMegabytes { get; set; } = 32;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider != DatabaseProvider.PostgreSql)
            return Validate(() => _ = new SqliteConnectionStringBuilder(ConnectionString), nameof(ConnectionString));

        return
        [
            .. Validate(() => ReadPostgreSql(ConnectionString), nameof(ConnectionString)),
            .. Validate(() => ReadPostgreSql(DirectConnectionString), nameof(DirectConnectionString)),
        ];
    }

    private static IEnumerable<ValidationResult> Validate(Action read, string setting)
    {
        try
        {
            read();
            return [];
        }
        catch (ArgumentException error)
        {
            return [new ValidationResult($"cannot be read: {error.Message}", [setting])];
        }
    }

    // For itself, so that Npgsql is not loaded without need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadPostgreSql(string? connectionString) => _ = new NpgsqlConnectionStringBuilder(connectionString);
}

/// <summary>The databases that the store knows.</summary>
internal enum DatabaseProvider
{
    /// <summary>One file on this machine.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, 13 or newer, for one node or many.</summary>
    PostgreSql,
}
