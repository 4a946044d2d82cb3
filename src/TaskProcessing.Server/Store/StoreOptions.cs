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
        try
        {
            if (Provider == DatabaseProvider.PostgreSql)
                ReadPostgreSql();
            else
                _ = new SqliteConnectionStringBuilder(ConnectionString);
            return [];
        }
        catch (ArgumentException error)
        {
            return [new ValidationResult($"cannot be read: {error.Message}", [nameof(ConnectionString)])];
        }
    }

    // For itself, so that Npgsql is not loaded without need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadPostgreSql() => _ = new NpgsqlConnectionStringBuilder(ConnectionString);
}

/// <summary>The databases that the store knows.</summary>
internal enum DatabaseProvider
{
    /// <summary>One file on this machine.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, 13 or newer, for one node or many.</summary>
    PostgreSql,
}
