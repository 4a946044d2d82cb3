using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Files;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class TaskStore(Database database, Dialect dialect, TaskSignal signal, WebhookOutbox outbox, WebhookSignal webhookSignal)
    : ITaskStore
{
    private readonly TaskClaims _claims = new(database, dialect);
    private readonly TaskLists _lists = new(database);

    public Task AddAsync(ProcessingTask task, CancellationToken cancellationToken)
    {
        var values = TaskRow.NewValues(task);
        return database.ChangeTasksAsync(TaskInsert.Insert, Values, TaskInsert.Complete(task), row: null, cancellationToken);

        object?[] Values()
        {
            signal.WakeWorker(task.Type);
            return values;
        }
    }

    /// <remarks>The key is inserted first: a second request waits at its row until the first one has committed.</remarks>
    public Task<KeyedTask?> AddOnceAsync(
        ProcessingTask task,
        IdempotencyKey key,
        IReadOnlyCollection<long> receivedFiles,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            async connection =>
            {
                var db = connection.Context;
                while (!await IdempotencyKeys.TryTakeAsync(db, key))
                {
                    if (await IdempotencyKeys.FindAsync(db, key, CancellationToken.None) is { } known)
                        return known;
                    if (await IdempotencyKeys.TryTakeFromDeletedAsync(db, key))
                        break;
                }

                await connection.ChangeTasksAsync(TaskInsert.Insert, TaskRow.NewValues(task), TaskInsert.Complete(task));
                await IdempotencyKeys.AssignAsync(db, key, task.Id);
                if (receivedFiles.Count > 0)
                    await db.GiveReceivedAsync(receivedFiles, task.Id);
                return null;
            },
            atomic: true,
            cancellationToken
        );

    public Task<KeyedTask?> FindByKeyAsync(IdempotencyKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(db => IdempotencyKeys.FindAsync(db, key, cancellationToken), cancellationToken);

    public Task<ProcessingTask?> FindAsync(long id, CancellationToken cancellationToken) => database.FindTaskAsync(id, cancellationToken);

    public Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskQuery query, CancellationToken cancellationToken) =>
        _lists.ListAsync(query, cancellationToken);

    public IAsyncEnumerable<IReadOnlyList<ProcessingTask>> ListPortionsAsync(TaskQuery query, CancellationToken cancellationToken) =>
        _lists.ListPortionsAsync(query, cancellationToken);

    public Task<IReadOnlyList<TaskHead>> ListHeadsAsync(TaskQuery query, CancellationToken cancellationToken) =>
        _lists.ListHeadsAsync(query, cancellationToken);

    public Task<int> CountAsync(TaskQuery query, CancellationToken cancellationToken) => _lists.CountAsync(query, cancellationToken);

    public async Task<IReadOnlyList<ProcessingTask>> ClaimAsync(
        IReadOnlyCollection<ClaimableType> types,
        int count,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (types.Count == 0)
            return [];

        return await _claims.ClaimAsync(new ClaimKind(types, actor), count, now, cancellationToken);
    }

    public Task<TaskChange> TryReportProgressAsync(
        long id,
        long? claim,
        double progress,
        int? totalSteps,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => TryChangeAsync(TaskStatements.Progress, id, now, [Started(actor, now), claim, progress, totalSteps], cancellationToken);

    public Task<TaskChange> TryRenewAsync(long id, long? claim, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Renew, id, now, [Started(actor, now), claim], cancellationToken);

    public Task<TaskChange> TryStreamOutputAsync(
        long id,
        long? claim,
        string output,
        DateTimeOffset now,
        DateTimeOffset ifNotStoredSince,
        CancellationToken cancellationToken
    ) => TryChangeAsync(TaskStatements.Stream, id, now, [output, claim, ifNotStoredSince.ToUnixTimeMilliseconds()], cancellationToken);

    public Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (statement, values) = Ending(ending, now);
        return TryEndAsync(statement, id, now, values, cancellationToken);
    }

    public Task<TaskChange> TryRetryAsync(
        long id,
        long claim,
        DateTimeOffset notBefore,
        int mostAttempts,
        string actor,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        TryChangeAsync(
            TaskStatements.Retry,
            id,
            now,
            [TaskHistory.Line(now, TaskHistory.Retried, actor, reason), claim, notBefore.ToUnixTimeMilliseconds(), mostAttempts],
            cancellationToken
        );

    public Task<TaskChange> TryReleaseAsync(long id, long claim, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Release, id, now, [TaskHistory.Line(now, TaskHistory.Released, actor), claim], cancellationToken);

    public Task<TaskChange> TryCancelAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryEndAsync(TaskStatements.Cancel, id, now, [TaskHistory.Line(now, TaskHistory.Cancelled, actor)], cancellationToken);

    public Task<TaskChange> TryRequeueAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Requeue, id, now, [TaskHistory.Line(now, TaskHistory.Requeued, actor)], cancellationToken);

    public async Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            db =>
                db.Tasks.Where(task => task.Id == id && task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress)
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        ) > 0;

    // "id > 0" selects the index of scheduled tasks, see ProcessingTaskConfiguration
    public Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.Tasks.CountAsync(task => task.Status == ProcessingStatus.Scheduled && task.Id > 0 && task.Id < id, cancellationToken),
            cancellationToken
        );

    public Task<int> CountScheduledAsync(string? party, string? appId, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                var scheduled = db.Tasks.Where(task => task.Status == ProcessingStatus.Scheduled);
                if (party is not null)
                    scheduled = scheduled.Where(task => task.Party == party);
                if (appId is not null)
                    scheduled = scheduled.Where(task => task.Id > 0 && task.AppId == appId);
                return scheduled.OrderBy(task => task.Id).Take(limit).CountAsync(cancellationToken);
            },
            cancellationToken
        );

    public Task<QueueCounts> CountQueueAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                var running = OfTypes(db, types).Where(task => task.Status == ProcessingStatus.Running);
                var scheduled = OfTypes(db, types).Where(task => task.Status == ProcessingStatus.Scheduled);
                // In one statement, so that a task that is claimed meanwhile is not counted twice. Claimable and delayed
                // tasks are in different indexes.
                return db
                    .Tasks.Where(task => task.Id > 0)
                    .OrderBy(task => task.Id)
                    .Select(_ => new QueueCounts(
                        scheduled.Count(task => task.NotBefore == null) + scheduled.Count(task => task.NotBefore != null),
                        running.Count()
                    ))
                    .FirstOrDefaultAsync(cancellationToken);
            },
            cancellationToken
        );

    public Task<IReadOnlyList<QueueLevel>> MeasureQueueAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(db => QueueLevelQuery.ReadAsync(db, now, cancellationToken), cancellationToken);

    public async Task<IReadOnlyDictionary<ProcessingStatus, int>> CountEndedAsync(
        IReadOnlyCollection<string> types,
        CancellationToken cancellationToken
    )
    {
        // Grouped as the index is ordered, so that the database counts runs instead of sorting.
        var counts = await database.ReadAsync(
            db =>
                OfTypes(db, types)
                    .Where(task => task.Status != ProcessingStatus.Scheduled && task.Status != ProcessingStatus.Running)
                    .GroupBy(task => new { task.Type, task.Status })
                    .Select(group => new { group.Key.Status, Count = group.Count() })
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
        return counts.GroupBy(row => row.Status).ToDictionary(group => group.Key, group => group.Sum(row => row.Count));
    }

    public Task<bool> AnyScheduledAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.Tasks.AnyAsync(
                    task => task.Status == ProcessingStatus.Scheduled && task.NotBefore == null && types.Contains(task.Type),
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>The line for a worker that reports on a task which it was not known to have.</summary>
    private static string Started(string actor, DateTimeOffset now) => TaskHistory.Line(now, TaskHistory.Started, actor);

    private static (EndingStatement Statement, object?[] Values) Ending(TaskEnding ending, DateTimeOffset now)
    {
        object?[] values = [ending.Output, ending.Progress, ending.ErrorMessage, ending.UserFacingErrorMessage];
        if (ending.Transition == TaskTransition.Succeed)
            return (TaskStatements.Succeed, [Line(TaskHistory.Succeeded), .. values]);
        if (ending.Transition == TaskTransition.Fail)
            return (TaskStatements.Fail, [Line(TaskHistory.Failed), .. values, ending.Claim]);

        throw new ArgumentException($"A task does not end by {ending.Transition.Name}.", nameof(ending));

        string Line(string kind) => TaskHistory.Line(now, kind, ending.Actor, ending.ErrorMessage ?? "");
    }

    /// <summary>Ends a task and, if it has a webhook, adds the delivery to the outbox in the same transaction.</summary>
    private async Task<TaskChange> TryEndAsync(
        EndingStatement statement,
        long id,
        DateTimeOffset now,
        object?[] values,
        CancellationToken cancellationToken
    )
    {
        var plain = await TryChangeAsync(statement.OfPlain, id, now, values, cancellationToken);
        if (plain is not { Changed: false, Task: { HasWebhook: true } found } || !statement.Transition.From.Contains(found.Status))
            return plain;

        var ended = await database.ChangeAsync(
            async connection =>
            {
                var changed = await connection.ChangeTasksAsync(
                    statement.OfAny,
                    [id, now.ToUnixTimeMilliseconds(), .. values],
                    TaskRow.Read
                );
                foreach (var task in changed)
                    await outbox.AddAsync(connection, task, now);
                return changed;
            },
            atomic: true,
            cancellationToken
        );
        if (ended.Count > 0)
            webhookSignal.Set();
        return await OutcomeAsync(id, ended, cancellationToken);
    }

    private async Task<TaskChange> TryChangeAsync(
        Statement statement,
        long id,
        DateTimeOffset now,
        object?[] values,
        CancellationToken cancellationToken
    ) =>
        await OutcomeAsync(
            id,
            await database.ChangeTasksAsync(statement, [id, now.ToUnixTimeMilliseconds(), .. values], TaskRow.Read, id, cancellationToken),
            cancellationToken
        );

    private async Task<TaskChange> OutcomeAsync(long id, List<ProcessingTask> changed, CancellationToken cancellationToken) =>
        changed is [var task]
            ? new TaskChange(task, Changed: true)
            : new TaskChange(await FindAsync(id, cancellationToken), Changed: false);

    private static IQueryable<ProcessingTask> OfTypes(TaskDbContext db, IReadOnlyCollection<string> types) =>
        types.Count == 0 ? db.Tasks : db.Tasks.Where(task => types.Contains(task.Type));
}
