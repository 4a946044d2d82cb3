using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The places for waiting that servers have taken for a holder.</summary>
internal sealed class HeldPlaces
{
    public required string Holder { get; init; }

    public required string[] Servers { get; init; }

    public required int[] Places { get; init; }
}

/// <summary>A server that has places, and when it said last that it is there, in milliseconds since 1970.</summary>
internal sealed class PlaceServer
{
    public required string Id { get; init; }

    public required long SeenAt { get; init; }
}

internal sealed class PostgreSqlPlaces(Database database) : IPlaceStore
{
    private const string Now = PostgreSqlRateCounter.Now;

    private const string Living = $"SELECT id FROM place_servers WHERE seen_at > {Now} - 30000";

    private const string Others =
        "FROM unnest(kept.servers, kept.places) AS entry(server, places) WHERE entry.server <> {1} AND entry.server IN (" + Living + ")";

    /// <summary>{0} holder, {1} server, {2} places, {3} limit.</summary>
    public static readonly Statement Take = new(
        $$"""
        INSERT INTO held_places AS kept (holder, servers, places) SELECT {0}, ARRAY[{1}], ARRAY[{2}]
        ON CONFLICT (holder) DO UPDATE SET (servers, places) = (
            SELECT ARRAY_AGG(entry.server), ARRAY_AGG(entry.places)
            FROM (SELECT entry.server, entry.places {{Others}} UNION ALL SELECT {1}, {2}) AS entry(server, places))
        WHERE {2} + (SELECT COALESCE(SUM(entry.places), 0) {{Others}}) <= {3}
        RETURNING 1
        """
    );

    /// <summary>{0} holder, {1} server.</summary>
    private static readonly Statement GiveBack = new(
        $$"""
        UPDATE held_places AS kept SET (servers, places) = (
            SELECT COALESCE(ARRAY_AGG(entry.server), ARRAY[]::text[]), COALESCE(ARRAY_AGG(entry.places), ARRAY[]::integer[]) {{Others}})
        WHERE holder = {0} RETURNING 1
        """
    );

    private readonly string _server = Guid.NewGuid().ToString("N");
    private volatile bool _isKnown;

    public bool AreShared => true;

    public async Task<bool> TryTakeAsync(string holder, int places, int limit, CancellationToken cancellationToken)
    {
        if (!_isKnown)
            await StayAsync(cancellationToken);
        return await RunAsync(Take, [holder, _server, places, limit], holder, cancellationToken);
    }

    public Task GiveBackAsync(string holder, CancellationToken cancellationToken) =>
        RunAsync(GiveBack, [holder, _server], holder, cancellationToken);

    public async Task StayAsync(CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            db =>
                db.Database.ExecuteSqlRawAsync(
                    $$"""
                    INSERT INTO place_servers (id, seen_at) VALUES ({0}, {{Now}})
                    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at;
                    DELETE FROM place_servers WHERE seen_at <= {{Now}} - 3600000;
                    DELETE FROM held_places WHERE NOT servers && ARRAY({{Living}})
                    """,
                    [_server],
                    CancellationToken.None
                ),
            cancellationToken
        );
        _isKnown = true;
    }

    private async Task<bool> RunAsync(Statement statement, object?[] values, string holder, CancellationToken cancellationToken) =>
        await database.WriteUnflushedAsync(statement, values, row => row.Int64(0), PostgreSqlRateCounter.RowOf(holder), cancellationToken)
            is [_];
}
