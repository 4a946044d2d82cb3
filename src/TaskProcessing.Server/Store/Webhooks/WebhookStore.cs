using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Webhooks;

/// <summary>The key of the signatures, encrypted; there is one row at most.</summary>
internal sealed class StoredWebhookKey
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;

    public required string ProtectedKey { get; init; }
}

internal sealed class WebhookStore(Database database) : IWebhookStore
{
    /// <summary>The number of deliveries that a claim reads to find targets that are not full.</summary>
    private const int ScanLimit = 500;

    private const int LongestProblem = 1000;

    public Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.WebhookDeliveries.AnyAsync(delivery => delivery.NextAttemptAt <= now, cancellationToken),
            cancellationToken
        );

    /// <remarks>
    /// The guard is there twice: of two claims that picked the same row the second waits for the first, and then no
    /// longer finds it due. The pick is a materialised CTE, because PostgreSQL may run a plain subquery more than once.
    /// </remarks>
    public async Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(
        int count,
        int perTarget,
        IReadOnlyCollection<string> except,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken
    )
    {
        var exceptFull = except.Count == 0 ? "" : $" AND target NOT IN ({string.Join(", ", except.Select((_, i) => $"{{{i + 4}}}"))})";
        var statement = $$"""
            WITH picked AS MATERIALIZED (
                SELECT id FROM (
                    SELECT id, next_attempt_at, ROW_NUMBER() OVER (PARTITION BY target ORDER BY next_attempt_at, id) AS place
                    FROM (
                        SELECT id, target, next_attempt_at FROM webhook_deliveries WHERE next_attempt_at <= {0}{{exceptFull}}
                        ORDER BY next_attempt_at LIMIT {{ScanLimit}}) AS due) AS placed
                WHERE place <= {3} ORDER BY next_attempt_at, id LIMIT {2})
            UPDATE webhook_deliveries SET state = {{WebhookState.Sending:D}}, attempts = attempts + 1, next_attempt_at = {1}
            WHERE id IN (SELECT id FROM picked) AND next_attempt_at <= {0}
            RETURNING *
            """;
        object[] values = [now.ToUnixTimeMilliseconds(), leaseUntil.ToUnixTimeMilliseconds(), count, perTarget, .. except];
        return await database.WriteAsync(
            db => db.WebhookDeliveries.FromSqlRaw(statement, values).ToListAsync(CancellationToken.None),
            cancellationToken
        );
    }

    public async Task<bool> TryRecordAsync(
        WebhookDelivery claimed,
        AttemptResult result,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var isEnd = result.State != WebhookState.Waiting;
        var kind = result.State == WebhookState.Waiting ? TaskHistory.Failed : result.State.Name();
        var line = TaskHistory.Line(now, kind, TaskHistory.Server, result.Problem ?? $"it answered {result.Status}");
        var problem = result.Problem?.Length > LongestProblem ? result.Problem[..LongestProblem] : result.Problem;
        return await database.WriteAsync(
                db =>
                    db.WebhookDeliveries.Where(delivery =>
                            delivery.Id == claimed.Id
                            && delivery.State == WebhookState.Sending
                            && delivery.NextAttemptAt == claimed.NextAttemptAt
                        )
                        .ExecuteUpdateAsync(
                            set =>
                                set.SetProperty(delivery => delivery.State, result.State)
                                    .SetProperty(delivery => delivery.NextAttemptAt, result.NextAttemptAt)
                                    .SetProperty(delivery => delivery.LastStatus, result.Status)
                                    .SetProperty(delivery => delivery.LastProblem, problem)
                                    .SetProperty(delivery => delivery.EndedAt, isEnd ? now : null)
                                    .SetProperty(
                                        delivery => delivery.Body,
                                        delivery => result.State == WebhookState.Delivered ? "" : delivery.Body
                                    )
                                    .SetProperty(delivery => delivery.History, delivery => delivery.History + line),
                            CancellationToken.None
                        ),
                cancellationToken
            ) > 0;
    }

    public async Task<IReadOnlyList<WebhookDelivery>> ListAsync(bool failedOnly, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.WebhookDeliveries.Where(delivery =>
                        !failedOnly || delivery.State == WebhookState.GivenUp || delivery.State == WebhookState.Refused
                    )
                    .OrderByDescending(delivery => delivery.CreatedAt)
                    .ThenByDescending(delivery => delivery.Id)
                    .Take(limit)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<int> CountWaitingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.WebhookDeliveries.CountAsync(delivery => delivery.NextAttemptAt != null, cancellationToken),
            cancellationToken
        );

    public Task<WebhookBacklog> ReadBacklogAsync(int limit, int most, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async db =>
            {
                var waiting = db
                    .WebhookDeliveries.Where(delivery => delivery.NextAttemptAt != null)
                    .OrderBy(delivery => delivery.NextAttemptAt);
                var failed = db
                    .WebhookDeliveries.Where(delivery => delivery.State == WebhookState.GivenUp || delivery.State == WebhookState.Refused)
                    .OrderByDescending(delivery => delivery.CreatedAt)
                    .ThenByDescending(delivery => delivery.Id);
                return new WebhookBacklog(
                    await waiting.Take(most).CountAsync(cancellationToken),
                    await failed.Take(most).CountAsync(cancellationToken),
                    await Listed(waiting.Take(limit)).ToListAsync(cancellationToken),
                    await Listed(failed.Take(limit)).ToListAsync(cancellationToken)
                );
            },
            cancellationToken
        );

    private static IQueryable<ListedWebhook> Listed(IQueryable<WebhookDelivery> deliveries) =>
        deliveries.Select(delivery => new ListedWebhook(
            delivery.Id,
            delivery.TaskId,
            delivery.Uri,
            delivery.State,
            delivery.Attempts,
            delivery.CreatedAt,
            delivery.NextAttemptAt,
            delivery.LastStatus,
            delivery.LastProblem
        ));

    public Task<WebhookDelivery?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.WebhookDeliveries.FirstOrDefaultAsync(delivery => delivery.Id == id, cancellationToken),
            cancellationToken
        );

    public async Task<bool> TryRetryAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var line = TaskHistory.Line(now, TaskHistory.Retried, TaskHistory.Operator);
        return await database.WriteAsync(
                db =>
                    db.WebhookDeliveries.Where(delivery => delivery.Id == id)
                        .Where(delivery =>
                            delivery.State == WebhookState.Waiting
                            || delivery.State == WebhookState.GivenUp
                            || delivery.State == WebhookState.Refused
                        )
                        .ExecuteUpdateAsync(
                            set =>
                                set.SetProperty(delivery => delivery.State, WebhookState.Waiting)
                                    .SetProperty(delivery => delivery.Attempts, 0)
                                    .SetProperty(delivery => delivery.RetriedSince, now)
                                    .SetProperty(delivery => delivery.NextAttemptAt, now)
                                    .SetProperty(delivery => delivery.EndedAt, (DateTimeOffset?)null)
                                    .SetProperty(delivery => delivery.History, delivery => delivery.History + line),
                            CancellationToken.None
                        ),
                cancellationToken
            ) > 0;
    }

    public Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.WebhookDeliveries.Where(delivery => delivery.EndedAt < before)
                    .OrderBy(delivery => delivery.EndedAt)
                    .Take(limit)
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public async Task<string> GetOrAddKeyAsync(string candidate, CancellationToken cancellationToken)
    {
        var stored = await FindKeyAsync(cancellationToken);
        if (stored is not null)
            return stored;

        await database.WriteAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO webhook_keys (id, protected_key) VALUES ({StoredWebhookKey.OnlyId}, {candidate})
                    ON CONFLICT (id) DO NOTHING
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );
        return (await FindKeyAsync(cancellationToken))!;
    }

    private Task<string?> FindKeyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.WebhookKeys.Where(key => key.Id == StoredWebhookKey.OnlyId)
                    .Select(key => key.ProtectedKey)
                    .FirstOrDefaultAsync(cancellationToken),
            cancellationToken
        );
}
