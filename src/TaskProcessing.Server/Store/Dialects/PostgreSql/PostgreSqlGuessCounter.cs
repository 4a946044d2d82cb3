using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The wrong logins of a network that have not expired: the name of each, and when it expires.</summary>
internal sealed class GuessCount
{
    public required string Network { get; init; }

    public required string[] Names { get; init; }

    /// <summary>In milliseconds since 1970.</summary>
    public required long[] Ends { get; init; }

    /// <summary>The latest of them.</summary>
    public required long LastEnd { get; init; }
}

/// <summary>
/// Counts the wrong logins of all nodes, exactly, by the database's clock: a statement before a verification, and one after it. What is
/// blocked is remembered for a moment, and refused without a statement.
/// </summary>
internal sealed class PostgreSqlGuessCounter(Database database, BruteForceOptions options, TimeProvider time) : IGuessCounter
{
    /// <summary>The number of remembered blocks at which the ended ones are removed.</summary>
    private const int SweepAt = 20_000;

    /// <summary>How long a block is believed: of the counted logins one may turn out to be right, at any server.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(2);

    private const string Now = PostgreSqlRateCounter.Now;

    private const string Living = $"FROM unnest(kept.names, kept.ends) AS entry(name, ends) WHERE entry.ends > {Now}";

    /// <summary>{0} network, {1} name, {2} attempts, {3} names: how many there may be; {4} period in milliseconds.</summary>
    public static readonly Statement Begin = new(
        $$"""
        INSERT INTO guess_counts AS kept (network, names, ends, last_end)
        SELECT {0}, ARRAY[{1}], ARRAY[event.ends], event.ends FROM (SELECT {{Now}} + {4} AS ends) AS event
        ON CONFLICT (network) DO UPDATE SET last_end = excluded.last_end, (names, ends) = (
            SELECT ARRAY_AGG(entry.name), ARRAY_AGG(entry.ends)
            FROM (SELECT entry.name, entry.ends {{Living}} UNION ALL SELECT {1}, excluded.last_end) AS entry(name, ends))
        WHERE (SELECT COUNT(*) {{Living}} AND entry.name = {1}) < {2}
            AND (SELECT COUNT(DISTINCT entry.name) {{Living}}) < {3}
        RETURNING 1
        """
    );

    /// <summary>{0} network, {1} name.</summary>
    public static readonly Statement TakeBack = new(
        """
        UPDATE guess_counts AS kept SET (names, ends) = (
            SELECT COALESCE(ARRAY_AGG(entry.name), ARRAY[]::text[]), COALESCE(ARRAY_AGG(entry.ends), ARRAY[]::bigint[])
            FROM unnest(kept.names, kept.ends) WITH ORDINALITY AS entry(name, ends, place)
            WHERE entry.place <> (
                SELECT other.place FROM unnest(kept.names, kept.ends) WITH ORDINALITY AS other(name, ends, place)
                WHERE other.name = {1} ORDER BY other.ends DESC LIMIT 1))
        WHERE network = {0} AND {1} = ANY(names)
        RETURNING 1
        """
    );

    /// <summary>{0} network. What is left of each entry, in milliseconds.</summary>
    private static readonly Statement Read = new(
        $$"""
        SELECT entry.name, entry.ends - {{Now}}
        FROM guess_counts AS kept, unnest(kept.names, kept.ends) AS entry(name, ends)
        WHERE kept.network = {0} AND entry.ends > {{Now}} ORDER BY entry.ends
        """
    );

    private readonly BegunBlocks _begun = new(time);

    /// <summary>The known blocks; without a name, those of a whole network.</summary>
    private readonly ConcurrentDictionary<(string Network, string? Name), KnownBlock> _blocked = new();

    public bool IsShared => true;

    private long Period => options.PeriodSeconds * 1000L;

    public TimeSpan? Wait(string network, string name, bool countsOtherNames)
    {
        if (!options.Enabled)
            return null;

        var now = time.GetTimestamp();
        var until = Math.Max(Known(name), countsOtherNames ? Known(null) : 0);
        return until > now ? time.GetElapsedTime(now, until) : null;

        long Known(string? blocked) =>
            _blocked.TryGetValue((network, blocked), out var block) && block.BelievedUntil > now ? block.Until : 0;
    }

    public async ValueTask<TimeSpan?> TryBeginAsync(string network, string name, bool countsOtherNames, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
            return null;
        if (Wait(network, name, countsOtherNames) is { } known)
            return known;

        var begun = await database.WriteUnflushedAsync(
            Begin,
            [network, name, options.MaxAttempts, countsOtherNames ? options.MaxNames : int.MaxValue, Period],
            row => row.Int64(0),
            PostgreSqlRateCounter.RowOf(network),
            cancellationToken
        );
        if (begun is [_])
            return null;

        await NoteBlocksAsync(network, name, lists: false, cancellationToken);
        // A block that ended in between is over with the next try.
        return Wait(network, name, countsOtherNames) ?? TimeSpan.FromSeconds(1);
    }

    public async ValueTask RightAsync(string network, string name, CancellationToken cancellationToken)
    {
        if (options.Enabled)
            await database.WriteUnflushedAsync(
                TakeBack,
                [network, name],
                row => row.Int64(0),
                PostgreSqlRateCounter.RowOf(network),
                cancellationToken
            );
    }

    public async ValueTask WrongAsync(string network, string name, CancellationToken cancellationToken)
    {
        if (!options.Enabled)
            return;

        foreach (var (blocked, wait) in await NoteBlocksAsync(network, name, lists: true, cancellationToken))
            _begun.Add(network, blocked, wait);
    }

    public async Task LiftAsync(string network, string? name, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    UPDATE guess_counts AS kept SET (names, ends) = (
                        SELECT COALESCE(ARRAY_AGG(entry.name), ARRAY[]::text[]), COALESCE(ARRAY_AGG(entry.ends), ARRAY[]::bigint[])
                        FROM unnest(kept.names, kept.ends) AS entry(name, ends)
                        WHERE CASE WHEN CAST({name} AS text) IS NULL
                            THEN (SELECT COUNT(*) FROM unnest(kept.names) AS other(name) WHERE other.name = entry.name)
                                >= {options.MaxAttempts}
                            ELSE entry.name <> {name} END)
                    WHERE network = {network}
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );
        Forget();
    }

    public void Forget() => _blocked.Clear();

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        ForgetEnded();
        await database.WriteAsync(
            db => db.Database.ExecuteSqlRawAsync($"DELETE FROM guess_counts WHERE last_end <= {Now}", CancellationToken.None),
            cancellationToken
        );
    }

    public IReadOnlyList<BegunBlock> TakeBegun() => _begun.Take();

    public void PutBack(IEnumerable<BegunBlock> blocks)
    {
        foreach (var block in blocks)
            _begun.Add(block);
    }

    /// <summary>Reads the counts of a network, and answers the blocks that this process has not listed yet.</summary>
    private async Task<IReadOnlyList<(string? Name, TimeSpan Wait)>> NoteBlocksAsync(
        string network,
        string name,
        bool lists,
        CancellationToken cancellationToken
    )
    {
        var counts = new NetworkGuesses();
        foreach (var (guessed, left) in await database.QueryAsync(Read, [network], row => (row.Text(0), row.Int64(1)), cancellationToken))
            counts.Add(guessed, left);
        if (_blocked.Count >= SweepAt)
            ForgetEnded();

        var news = new List<(string?, TimeSpan)>();
        Note(name, counts.BlockedUntil(name, options.MaxAttempts, now: 0));
        Note(null, counts.AllBlockedUntil(options.MaxNames, now: 0));
        return news;

        void Note(string? blocked, long left)
        {
            if (left == 0)
                return;

            var now = time.GetTimestamp();
            var wait = TimeSpan.FromMilliseconds(left);
            var isListed = _blocked.TryGetValue((network, blocked), out var known) && known.IsListed && known.Until > now;
            _blocked[(network, blocked)] = new KnownBlock(now + Ticks(wait), now + Ticks(Belief), isListed || lists);
            if (!isListed)
                news.Add((blocked, wait));
        }
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);

    private void ForgetEnded()
    {
        var now = time.GetTimestamp();
        foreach (var block in _blocked)
        {
            if (block.Value.Until <= now)
                _blocked.TryRemove(block);
        }

        // Forgotten ones cost a statement each.
        if (_blocked.Count >= SweepAt)
            _blocked.Clear();
    }

    /// <param name="Until">When it ends, as far as is known.</param>
    /// <param name="BelievedUntil">When the database is to be asked again.</param>
    /// <param name="IsListed">True when it was told as begun.</param>
    private readonly record struct KnownBlock(long Until, long BelievedUntil, bool IsListed);
}
