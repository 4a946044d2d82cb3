using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TaskProcessing.Server.Store;

/// <summary>Section <c>Store</c>: the database that keeps everything but file contents.</summary>
internal sealed class StoreOptions : ICheckedOptions
{
    /// <summary>Which database it is.</summary>
    [EnumDataType(typeof(StoreProvider))]
    public StoreProvider Provider { get; set; } = StoreProvider.Sqlite;

    /// <summary>The ADO.NET connection string; for SQLite the default is the file <c>taskprocessing.db</c> in the data directory.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether <c>serve</c> brings the schema up to date on start. Default true; false leaves that to <c>migrate</c>.</summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>
    /// How many megabytes of tasks a process keeps in memory, about, so that asking for a task costs no read. Default 32; 0 keeps
    /// none. Only on SQLite, where a process can tell that it has seen every change.
    /// </summary>
    [Range(0, 65_536)]
    public int CacheMegabytes { get; set; } = 32;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        try
        {
            if (Provider == StoreProvider.PostgreSql)
                ReadPostgreSql();
            else
                _ = new SqliteConnectionStringBuilder(ConnectionString);
            return [];
        }
        catch (ArgumentException error)
        {
            return [(nameof(ConnectionString), $"cannot be read: {error.Message}")];
        }
    }

    // For itself, so that Npgsql is not loaded without need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadPostgreSql() => _ = new NpgsqlConnectionStringBuilder(ConnectionString);
}

/// <summary>The databases that the store knows.</summary>
internal enum StoreProvider
{
    /// <summary>One file on this machine.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, 13 or newer, for one node or many.</summary>
    PostgreSql,
}
