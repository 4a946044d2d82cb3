using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store.Upkeep;

internal sealed class StoreProbe(Database database, Dialect dialect, TimeProvider time) : IStoreProbe
{
    /// <summary>A row of the calendar that no duty has.</summary>
    private const string Row = "probe";

    public Task WriteAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO duties (name, next_run_at) VALUES ({Row}, {time.GetUtcNow().ToUnixTimeMilliseconds()})
                    ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );

    public async Task<IReadOnlyList<string>> ListUnsafeSettingsAsync(CancellationToken cancellationToken) =>
        dialect.UnsafeSettings is { } query
            ? await database.ReadAsync(db => db.Database.SqlQueryRaw<string>(query).ToListAsync(cancellationToken), cancellationToken)
            : [];

    public async Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) =>
        dialect.Clock is { } query
            ? DateTimeOffset.FromUnixTimeMilliseconds(
                await database.ReadAsync(db => db.Database.SqlQueryRaw<long>(query).SingleAsync(cancellationToken), cancellationToken)
            )
            : null;

    public Task<DateTimeOffset?> FindNewestTimeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.Tasks.OrderByDescending(task => task.Id)
                    .Select(task => (DateTimeOffset?)task.LastUpdated)
                    .FirstOrDefaultAsync(cancellationToken),
            cancellationToken
        );
}
