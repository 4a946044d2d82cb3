using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store.Upkeep;

/// <summary>The next run of a maintenance job.</summary>
internal sealed class MaintenanceRun
{
    public required string Name { get; init; }

    public required DateTimeOffset NextRunAt { get; init; }
}

internal sealed class MaintenanceSchedule(Database database) : IMaintenanceSchedule
{
    public async Task<bool> TryTakeAsync(string duty, DateTimeOffset now, DateTimeOffset nextRunAt, CancellationToken cancellationToken)
    {
        // A time that is later than any possible one was stored before the clock was set back.
        var latest = nextRunAt + StoredTimes.Tolerance;
        // Most calls come too early: they read and write nothing.
        if (
            await database.ReadAsync(
                db =>
                    db.Duties.AnyAsync(
                        entry => entry.Name == duty && entry.NextRunAt > now && entry.NextRunAt <= latest,
                        cancellationToken
                    ),
                cancellationToken
            )
        )
            return false;

        return await database.WriteAsync(
                db =>
                    db.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO duties (name, next_run_at) VALUES ({duty}, {nextRunAt.ToUnixTimeMilliseconds()})
                        ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at
                        WHERE duties.next_run_at <= {now.ToUnixTimeMilliseconds()} OR duties.next_run_at > {latest.ToUnixTimeMilliseconds()}
                        """,
                        CancellationToken.None
                    ),
                cancellationToken
            ) > 0;
    }
}
