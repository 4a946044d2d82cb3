using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class TaskStore(Database database, Dialect dialect) : ITaskStore
{
    private TaskInsert? _insert;

    public Task AddAsync(ProcessingTask task, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
            {
                await Insert(db).RunAsync(db, task);
                return true;
            },
            cancellationToken);

    /// <remarks>The key goes first: whoever comes second waits at its row until the first has committed.</remarks>
    public Task<KeyedTask?> AddOnceAsync(ProcessingTask task, IdempotencyKey key, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                while (!await IdempotencyKeys.TryTakeAsync(db, key))
                {
                    if (await IdempotencyKeys.FindAsync(db, key, CancellationToken.None) is { } known)
                        return known;
                    if (await IdempotencyKeys.TryTakeFromDeletedAsync(db, key))
                        break;
                }

                await Insert(db).RunAsync(db, task);
                await IdempotencyKeys.GiveAsync(db, key, task.Id);
                return null;
            },
            cancellationToken);

    public Task<KeyedTask?> FindByKeyAsync(IdempotencyKey key, CancellationToken cancellationToken) =>
        database.ReadAsync(db => IdempotencyKeys.FindAsync(db, key, cancellationToken), cancellationToken);

    public Task<ProcessingTask?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Tasks.FirstOrDefaultAsync(task => task.Id == id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskFilter filter, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            async db =>
            {
                var matching = Matching(db.Tasks, filter);
                if (filter.Limit is not { } limit)
                    return await matching.OrderBy(task => task.Id).ToListAsync(cancellationToken);

                var newest = await matching.OrderByDescending(task => task.Id).Take(limit).ToListAsync(cancellationToken);
                newest.Reverse();
                return newest;
            },
            cancellationToken);

    public async Task<IReadOnlyList<ProcessingTask>> ClaimAsync(
        IReadOnlyCollection<ClaimableType> types, int count, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (types.Count == 0)
            return [];

        List<object> values = [now.ToUnixTimeMilliseconds(), count];
        foreach (var type in types)
            values.AddRange([type.Type, type.ProviderId, type.LeaseSeconds, TaskHistory.Line(now, TaskHistory.Claimed, actor, type.ProviderId)]);

        var statement = TaskStatements.Claim(dialect, types.Count);
        var claimed = await database.WriteAsync(
            db => db.Tasks.FromSqlRaw(statement, values.ToArray()).ToListAsync(CancellationToken.None), cancellationToken);
        return InOrder(claimed);
    }

    public Task<TaskChange> TryReportProgressAsync(
        long id, double progress, int? totalSteps, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Progress, id, now, [Started(actor, now), progress, totalSteps], cancellationToken);

    public Task<TaskChange> TryRenewAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Renew, id, now, [Started(actor, now)], cancellationToken);

    public Task<TaskChange> TryStreamOutputAsync(
        long id, string output, DateTimeOffset now, DateTimeOffset ifNotStoredSince, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Stream, id, now, [output, ifNotStoredSince.ToUnixTimeMilliseconds()], cancellationToken);

    public Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (statement, kind) = ending.Transition == TaskTransition.Succeed ? (TaskStatements.Succeed, TaskHistory.Succeeded)
            : ending.Transition == TaskTransition.Fail ? (TaskStatements.Fail, TaskHistory.Failed)
            : throw new ArgumentException($"A task does not end by {ending.Transition.Name}.", nameof(ending));

        var line = TaskHistory.Line(now, kind, ending.Actor, ending.ErrorMessage ?? "");
        return TryChangeAsync(
            statement, id, now, [line, ending.Output, ending.Progress, ending.ErrorMessage, ending.UserFacingErrorMessage], cancellationToken);
    }

    public Task<TaskChange> TryRetryAsync(
        long id, DateTimeOffset notBefore, int mostAttempts, string actor, string reason, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(
            TaskStatements.Retry, id, now, [TaskHistory.Line(now, TaskHistory.Retried, actor, reason), notBefore.ToUnixTimeMilliseconds(), mostAttempts], cancellationToken);

    public Task<TaskChange> TryReleaseAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Release, id, now, [TaskHistory.Line(now, TaskHistory.Released, actor)], cancellationToken);

    public Task<TaskChange> TryCancelAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Cancel, id, now, [TaskHistory.Line(now, TaskHistory.Cancelled, actor)], cancellationToken);

    public Task<TaskChange> TryRequeueAsync(long id, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Requeue, id, now, [TaskHistory.Line(now, TaskHistory.Requeued, actor)], cancellationToken);

    public async Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            db => db.Tasks
                .Where(task => task.Id == id && task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress)
                .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken) > 0;

    // "id > 0" selects the index of scheduled tasks, see ProcessingTaskConfiguration
    public Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.Tasks.CountAsync(
                task => task.Status == ProcessingStatus.Scheduled && task.Id > 0 && task.Id < id, cancellationToken),
            cancellationToken);

    public Task<int> CountScheduledAsync(string? party, string? appId, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                var scheduled = db.Tasks.Where(task => task.Status == ProcessingStatus.Scheduled);
                if (party is not null)
                    scheduled = scheduled.Where(task => task.Party == party);
                if (appId is not null)
                    scheduled = scheduled.Where(task => task.AppId == appId);
                return scheduled.OrderBy(task => task.Id).Take(limit).CountAsync(cancellationToken);
            },
            cancellationToken);

    public async Task<IReadOnlyDictionary<ProcessingStatus, int>> CountByStatusAsync(
        IReadOnlyCollection<string> types, CancellationToken cancellationToken)
    {
        // Grouped as the index is ordered, so that the database counts runs instead of sorting.
        var counts = await database.ReadAsync(
            db => (types.Count == 0 ? db.Tasks : db.Tasks.Where(task => types.Contains(task.Type)))
                .GroupBy(task => new { task.Type, task.Status })
                .Select(group => new { group.Key.Status, Count = group.Count() })
                .ToListAsync(cancellationToken),
            cancellationToken);
        return counts.GroupBy(row => row.Status).ToDictionary(group => group.Key, group => group.Sum(row => row.Count));
    }

    public Task<bool> AnyScheduledAsync(IReadOnlyCollection<string> types, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.Tasks.AnyAsync(task => task.Status == ProcessingStatus.Scheduled && task.NotBefore == null && types.Contains(task.Type), cancellationToken),
            cancellationToken);

    /// <summary>The line for a worker that reports on a task which it was not known to have.</summary>
    private static string Started(string actor, DateTimeOffset now) => TaskHistory.Line(now, TaskHistory.Started, actor);

    private TaskInsert Insert(TaskDbContext db) => _insert ??= new TaskInsert(db.Model);

    /// <summary>A statement returns its rows in any order; this is the one that picked them.</summary>
    private static List<ProcessingTask> InOrder(List<ProcessingTask> claimed) =>
    [
        .. claimed
            .GroupBy(task => task.Type)
            .SelectMany(type => type.OrderByDescending(task => task.Priority).ThenBy(task => task.Turn).ThenBy(task => task.Id).Select((task, place) => (task, place)))
            .OrderByDescending(entry => entry.task.Priority).ThenBy(entry => entry.place).ThenBy(entry => entry.task.Id)
            .Select(entry => entry.task),
    ];

    private Task<TaskChange> TryChangeAsync(
        string statement, long id, DateTimeOffset now, object?[] values, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
            {
                object?[] parameters = [id, now.ToUnixTimeMilliseconds(), .. values];
                var changed = await db.Tasks.FromSqlRaw(statement, parameters!).ToListAsync(CancellationToken.None);
                return changed is [var task]
                    ? new TaskChange(task, Changed: true)
                    : new TaskChange(await db.Tasks.FirstOrDefaultAsync(stored => stored.Id == id, CancellationToken.None), Changed: false);
            },
            cancellationToken);

    private static IQueryable<ProcessingTask> Matching(IQueryable<ProcessingTask> tasks, TaskFilter filter)
    {
        if (filter.Owner is { } owner)
            tasks = tasks.Where(task => task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress);
        if (filter.AppId is { } appId)
            tasks = tasks.Where(task => task.AppId == appId);
        if (filter.Type is { } type)
            tasks = tasks.Where(task => task.Type == type);
        if (filter.CustomId is { } customId)
            tasks = tasks.Where(task => task.CustomId == customId);
        if (filter.Status is { } status)
            tasks = tasks.Where(task => task.Status == status);
        return tasks;
    }
}
