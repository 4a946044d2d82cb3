using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Overview;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class TaskStatistics(Database database) : ITaskStatistics
{
    /// <summary>Word for word the filter of the index of tasks that have ended.</summary>
    private const string Ended = "status NOT IN (1, 2)";

    private static readonly string LoadOfWaiting = $$"""
        {{TypesOf(TaskStatements.Waiting)}}
        SELECT types.type AS "Type", (SELECT COUNT(*) FROM ({{WaitingOfType}}) AS counted) AS "Count",
            (SELECT scheduled_at FROM tasks WHERE id = (SELECT MIN(id) FROM ({{WaitingOfType}}) AS oldest)) AS "OldestAt"
        FROM types WHERE types.type IS NOT NULL
        """;

    /// <summary>Reads the index of the queue, which has the ids, up to the limit.</summary>
    private const string WaitingOfType = $$"""
        SELECT id FROM tasks WHERE {{TaskStatements.Waiting}} AND tasks.type = types.type LIMIT {0}
        """;

    private const string LoadOfDelayed = """
        SELECT type AS "Type", COUNT(*) AS "Count", CAST(NULL AS bigint) AS "OldestAt"
        FROM (SELECT type FROM tasks WHERE not_before IS NOT NULL AND status = 1 LIMIT {0}) AS counted GROUP BY type
        """;

    private const string LoadOfRunning = """
        SELECT type AS "Type", COUNT(*) AS "Count", CAST(NULL AS bigint) AS "OldestAt"
        FROM (SELECT type FROM tasks WHERE status = 2 LIMIT {0}) AS counted GROUP BY type
        """;

    /// <summary>{0} from, {1} until, in milliseconds. A task that ended changes no more, so its last change is its end.</summary>
    private static readonly string EndedByMinute = $$"""
        {{TypesOf(Ended)}}, statuses(status) AS (VALUES (3), (4), (5))
        SELECT tasks.last_updated / 60000 AS "Minute", tasks.type AS "Type", tasks.status AS "Status", COUNT(*) AS "Count",
            COUNT(tasks.started_at) AS "Started",
            CAST(COALESCE(SUM(tasks.started_at - tasks.scheduled_at), 0) AS bigint) AS "Wait",
            COALESCE(MAX(tasks.started_at - tasks.scheduled_at), 0) AS "LongestWait",
            CAST(COALESCE(SUM(tasks.last_updated - tasks.started_at), 0) AS bigint) AS "Run"
        FROM types CROSS JOIN statuses CROSS JOIN tasks
        WHERE tasks.type = types.type AND tasks.status = statuses.status AND tasks.{{Ended}}
            AND tasks.last_updated >= {0} AND tasks.last_updated < {1}
        GROUP BY tasks.last_updated / 60000, tasks.type, tasks.status
        ORDER BY 1, 2, 3
        """;

    public async Task<IReadOnlyList<TypeLoad>> ListLoadAsync(int most, CancellationToken cancellationToken)
    {
        var (waiting, delayed, running) = await database.ReadAsync(
            async db =>
                (
                    await LoadAsync(db, LoadOfWaiting, most, cancellationToken),
                    await LoadAsync(db, LoadOfDelayed, most, cancellationToken),
                    await LoadAsync(db, LoadOfRunning, most, cancellationToken)
                ),
            cancellationToken
        );
        return
        [
            .. waiting
                .Keys.Union(delayed.Keys)
                .Union(running.Keys)
                .Order(StringComparer.Ordinal)
                .Select(type => new TypeLoad(
                    type,
                    (int)(waiting.GetValueOrDefault(type)?.Count ?? 0),
                    (int)(delayed.GetValueOrDefault(type)?.Count ?? 0),
                    (int)(running.GetValueOrDefault(type)?.Count ?? 0),
                    waiting.GetValueOrDefault(type)?.OldestAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null
                )),
        ];
    }

    public async Task<IReadOnlyList<EndedTasks>> CountEndedAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var rows = await database.ReadAsync(
            db =>
                db.Database.SqlQueryRaw<EndedRow>(EndedByMinute, from.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds())
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
        return
        [
            .. rows.Select(row => new EndedTasks(
                row.Minute,
                row.Type,
                (ProcessingStatus)row.Status,
                (int)row.Count,
                (int)row.Started,
                row.Wait,
                row.LongestWait,
                row.Run
            )),
        ];
    }

    public async Task<IReadOnlyList<RunningTask>> ListRunningAsync(int limit, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            db =>
                db.Tasks.WithRareStatus(ProcessingStatus.Running)
                    .OrderBy(task => task.Id)
                    .Take(limit)
                    .Select(task => new
                    {
                        task.Id,
                        task.Type,
                        task.Party,
                        task.ProviderId,
                        task.Progress,
                        task.Attempt,
                        task.StartedAt,
                        task.LeaseUntil,
                        task.History,
                    })
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
        return
        [
            .. rows.Select(row => new RunningTask(
                row.Id,
                row.Type,
                row.Party,
                TaskHistory.WorkerIn(row.History),
                row.ProviderId,
                row.Progress,
                row.Attempt,
                row.StartedAt,
                row.LeaseUntil
            )),
        ];
    }

    public async Task<IReadOnlyList<FailedTask>> ListFailedAsync(int limit, long? beforeId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.Tasks.WithRareStatus(ProcessingStatus.Failed)
                    .Where(task => task.Id < (beforeId ?? long.MaxValue))
                    .OrderByDescending(task => task.Id)
                    .Take(limit)
                    .Select(task => new FailedTask(
                        task.Id,
                        task.Type,
                        task.Party,
                        task.ProviderId,
                        task.Attempt,
                        task.EndedAt,
                        task.ErrorMessage,
                        task.UserFacingErrorMessage
                    ))
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    /// <summary>
    /// The types of tasks, found by steps from one to the next in an index that begins with the type: neither database leaps by itself
    /// for DISTINCT.
    /// </summary>
    private static string TypesOf(string condition) =>
        $"""
            WITH RECURSIVE types(type) AS (
                SELECT MIN(type) FROM tasks WHERE {condition}
                UNION ALL
                SELECT (SELECT MIN(tasks.type) FROM tasks WHERE {condition} AND tasks.type > types.type)
                FROM types WHERE types.type IS NOT NULL)
            """;

    private static async Task<Dictionary<string, LoadRow>> LoadAsync(
        TaskDbContext db,
        string statement,
        int most,
        CancellationToken cancellationToken
    ) =>
        (await db.Database.SqlQueryRaw<LoadRow>(statement, most).ToListAsync(cancellationToken)).ToDictionary(
            row => row.Type,
            StringComparer.Ordinal
        );

    private sealed record LoadRow(string Type, long Count, long? OldestAt);

    private sealed record EndedRow(long Minute, string Type, int Status, long Count, long Started, long Wait, long LongestWait, long Run);
}
