using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store.Upkeep;

/// <summary>When a caretaker duty is due again.</summary>
internal sealed class DutyEntry
{
    public required string Name { get; init; }

    public required DateTimeOffset NextRunAt { get; init; }
}

internal sealed class DutyCalendar(Database database) : IDutyCalendar
{
    public async Task<bool> TryTakeAsync(string duty, DateTimeOffset now, DateTimeOffset nextRunAt, CancellationToken cancellationToken)
    {
        // Most calls come too early: they read and write nothing.
        if (await database.ReadAsync(db => db.Duties.AnyAsync(entry => entry.Name == duty && entry.NextRunAt > now, cancellationToken), cancellationToken))
            return false;

        return await database.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO duties (name, next_run_at) VALUES ({duty}, {nextRunAt.ToUnixTimeMilliseconds()})
                ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at WHERE duties.next_run_at <= {now.ToUnixTimeMilliseconds()}
                """,
                CancellationToken.None),
            cancellationToken) > 0;
    }
}
