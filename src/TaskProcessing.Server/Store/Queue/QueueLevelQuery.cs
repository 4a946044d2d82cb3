using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// How full the queue is. One statement that reads three indexes which hold unfinished tasks only, and one row for each type: the
/// oldest task is found by its id, which the index of the queue has and the time it was scheduled at has not.
/// </summary>
internal static class QueueLevelQuery
{
    private const string Text = $"""
        SELECT levels.type AS type, levels.waiting AS waiting, levels.delayed AS delayed, levels.running AS running,
            front.scheduled_at AS oldest
        FROM (
            SELECT type, SUM(waiting) AS waiting, SUM(delayed) AS delayed, SUM(running) AS running, MIN(oldest) AS oldest
            FROM (
                SELECT type, CAST(COUNT(*) AS integer) AS waiting, 0 AS delayed, 0 AS running, MIN(id) AS oldest
                FROM tasks WHERE {TaskStatements.Waiting} GROUP BY type
                UNION ALL
                SELECT type, 0, CAST(COUNT(*) AS integer), 0, NULL FROM tasks WHERE status = 1 AND not_before IS NOT NULL GROUP BY type
                UNION ALL
                SELECT type, 0, 0, CAST(COUNT(*) AS integer), NULL FROM tasks WHERE status = 2 GROUP BY type) AS counts
            GROUP BY type) AS levels
        LEFT JOIN tasks AS front ON front.id = levels.oldest
        """;

    public static async Task<IReadOnlyList<QueueLevel>> ReadAsync(TaskDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await db.Database.SqlQueryRaw<Row>(Text).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new QueueLevel(row.Type, row.Waiting, row.Delayed, row.Running, Age(row.Oldest, now)))];
    }

    private static TimeSpan? Age(long? since, DateTimeOffset now) =>
        since is { } milliseconds ? now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private sealed record Row(string Type, long Waiting, long Delayed, long Running, long? Oldest);
}
