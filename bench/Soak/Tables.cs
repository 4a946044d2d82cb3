using System.Globalization;
using Soak.Scenes;
using TaskProcessing.Benches;

namespace Soak;

/// <summary>The rows of the server's tables, counted beside it.</summary>
internal sealed class Tables(IDatabase database, bool isPostgreSql)
{
    /// <summary>Of these, nothing is left when all periods have passed; of all others, as much as there was.</summary>
    public static readonly IReadOnlyList<string> Passing = [.. PassingTables.Names, "rate_counts", "guess_counts", "held_places"];

    /// <summary>A row for each start of a server on PostgreSQL, for an hour and until somebody waits after that.</summary>
    private const string Starts = "place_servers";

    /// <summary>Entry names beyond those of tables, on PostgreSQL.</summary>
    public const string Size = "database size";

    public const string Sessions = "database sessions";

    private const string OnSqlite = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";

    private const string OnPostgreSql =
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name";

    /// <summary>Makes older what no setting shortens: login flows (20 minutes), copies of folders that a kill left (an hour).</summary>
    private const string Age =
        "UPDATE login_flows SET ends_at = ends_at - 1200000, created_at = created_at - 1200000 WHERE ends_at > {0};"
        + "UPDATE files SET created_at = created_at - 3600000 WHERE parent_id = -2 AND created_at > {1} AND created_at < {2}";

    /// <summary>Null until the tables are known.</summary>
    private string? _count;

    /// <summary>The rows of each table; on PostgreSQL the size of the database and its sessions too.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        _count ??= string.Join(
            " UNION ALL ",
            [
                .. Lines(await database.ExecuteAsync(isPostgreSql ? OnPostgreSql : OnSqlite, cancellationToken))
                    .Where(table => table != Starts)
                    .Select(table => $"SELECT '{table}', COUNT(*) FROM \"{table}\""),
                .. isPostgreSql
                    ?
                    [
                        $"SELECT '{Size}', pg_database_size(current_database())",
                        $"SELECT '{Sessions}', COUNT(*) FROM pg_stat_activity WHERE datname = current_database()",
                    ]
                    : Array.Empty<string>(),
            ]
        );
        return Lines(await database.ExecuteAsync(_count, cancellationToken))
            .Select(line => line.Split('|'))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>What is left of what passes, and what has become more or less of what lasts.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyDictionary<string, long>? before, IReadOnlyDictionary<string, long> rows) =>
        [
            .. rows.Where(table => Passing.Contains(table.Key) && table.Value > 0)
                .Select(table => $"{table.Value} rows of {table.Key} are left"),
            .. rows.Where(table => table.Key is not (Size or Sessions) && before is not null && table.Value != before[table.Key])
                .Where(table => !Passing.Contains(table.Key))
                .Select(table => $"{table.Key} has {table.Value} rows, and had {before![table.Key]}"),
        ];

    /// <summary>Sets back the times of what is a minute old and would last for longer.</summary>
    public Task AgeAsync(CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var minuteAgo = now - 60_000;
        return database.ExecuteAsync(
            Age.Replace("{0}", $"{now} AND created_at < {minuteAgo}", StringComparison.Ordinal)
                .Replace("{1}", $"{now - 3_600_000}", StringComparison.Ordinal)
                .Replace("{2}", $"{minuteAgo}", StringComparison.Ordinal),
            cancellationToken
        );
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
