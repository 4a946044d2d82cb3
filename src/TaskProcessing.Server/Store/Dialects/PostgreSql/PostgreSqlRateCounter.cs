using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Rates;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The counted events of a key that have not expired.</summary>
internal sealed class RateCount
{
    public required string Key { get; init; }

    /// <summary>When events expire, in milliseconds since 1970.</summary>
    public required long[] Ends { get; init; }

    /// <summary>How many expire at each of them.</summary>
    public required int[] Counts { get; init; }

    /// <summary>The latest of them.</summary>
    public required long LastEnd { get; init; }
}

/// <summary>
/// Counts the events of all nodes, exactly, by the database's clock: one statement for each counted event, none for the refused
/// ones of a key that is known to be full. An event is counted before the change that it allows, so a crash of the database never
/// loses the count of a change that it keeps.
/// </summary>
/// <remarks>
/// Taking shares of a limit in advance would save statements, but a share that another node does not use is missing here: of 20
/// calls in 120 s over two nodes some would be refused too early.
/// </remarks>
internal sealed class PostgreSqlRateCounter(Database database, TimeProvider time) : IRateCounter
{
    /// <summary>Above so many events those of nearby times are one entry; they expire late by a thousandth of the period at most.</summary>
    private const int MaxEntries = 1000;

    /// <summary>The number of known full keys at which the expired ones are removed.</summary>
    private const int SweepAt = 4096;

    /// <summary>The database's time in milliseconds since 1970.</summary>
    internal const string Now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";

    /// <summary>An end that is too late for the period was stored before the clock was set back.</summary>
    private const string Living =
        "FROM unnest(kept.ends, kept.counts) AS entry(ends, count) WHERE entry.ends > "
        + Now
        + " AND entry.ends <= "
        + Now
        + " + {2} + 60000";

    /// <summary>{0} key, {1} limit, {2} period and {3} the smallest distance of entries, both in milliseconds.</summary>
    public static readonly Statement Count = new(
        $$"""
        WITH counted AS (
            INSERT INTO rate_counts AS kept (key, ends, counts, last_end)
            SELECT {0}, ARRAY[event.ends], ARRAY[1], event.ends
            FROM (SELECT ({{Now}} + {2} + {3} - 1) / {3} * {3} AS ends) AS event
            ON CONFLICT (key) DO UPDATE SET last_end = excluded.last_end, (ends, counts) = (
                SELECT ARRAY_AGG(entry.ends ORDER BY entry.ends), ARRAY_AGG(entry.count ORDER BY entry.ends)
                FROM (
                    SELECT entry.ends, CAST(SUM(entry.count) AS integer) AS count
                    FROM (SELECT entry.ends, entry.count {{Living}} UNION ALL SELECT excluded.last_end, 1) AS entry
                    GROUP BY entry.ends) AS entry)
            WHERE (SELECT COALESCE(SUM(entry.count), 0) {{Living}}) < {1}
            RETURNING key)
        SELECT (SELECT COUNT(*) FROM counted), COALESCE(
            (SELECT MIN(entry.ends) - {{Now}} FROM rate_counts AS kept, unnest(kept.ends) AS entry(ends)
                WHERE kept.key = {0} AND entry.ends > {{Now}}), 1)
        """
    );

    private readonly ConcurrentDictionary<string, long> _fullUntil = new();

    public ValueTask<TimeSpan?> TryCountAsync(string key, int limit, TimeSpan period, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (!_fullUntil.TryGetValue(key, out var until))
            return new(CountAsync(key, limit, (long)period.TotalMilliseconds, cancellationToken));
        if (until > now)
            return new(time.GetElapsedTime(now, until));

        _fullUntil.TryRemove(KeyValuePair.Create(key, until));
        return new(CountAsync(key, limit, (long)period.TotalMilliseconds, cancellationToken));
    }

    public Task RemoveExpiredAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.Database.ExecuteSqlRawAsync($"DELETE FROM rate_counts WHERE last_end <= {Now}", CancellationToken.None),
            cancellationToken
        );

    private async Task<TimeSpan?> CountAsync(string key, int limit, long period, CancellationToken cancellationToken)
    {
        var distance = limit <= MaxEntries ? 1 : Math.Max(1, period / MaxEntries);
        var (counted, wait) = (
            await database.WriteUnflushedAsync(
                Count,
                [key, limit, period, distance],
                row => (row.Int64(0), row.Int64(1)),
                RowOf(key),
                cancellationToken
            )
        )[0];
        if (counted > 0)
            return null;

        if (_fullUntil.Count >= SweepAt)
            Sweep();
        var left = TimeSpan.FromMilliseconds(Math.Max(wait, 1));
        _fullUntil[key] = time.GetTimestamp() + (long)(left.TotalSeconds * time.TimestampFrequency);
        return left;
    }

    private void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var full in _fullUntil)
        {
            if (full.Value <= now)
                _fullUntil.TryRemove(full);
        }

        // Forgotten keys cost a statement each.
        if (_fullUntil.Count >= SweepAt)
            _fullUntil.Clear();
    }

    /// <summary>A number for the row of a key, the same in all processes.</summary>
    internal static long RowOf(string key) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
