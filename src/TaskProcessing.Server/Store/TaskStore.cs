using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store;

internal sealed class TaskStore(Database database, Dialect dialect) : ITaskStore
{
    public Task AddAsync(ProcessingTask task, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
            {
                db.Add(task);
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken);

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
        IReadOnlyDictionary<string, string> providers, int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (providers.Count == 0)
            return [];

        List<object> values = [now.ToUnixTimeMilliseconds(), count];
        foreach (var (type, provider) in providers)
            values.AddRange([type, provider]);

        var statement = TaskStatements.Claim(dialect, providers.Count);
        var claimed = await database.WriteAsync(
            db => db.Tasks.FromSqlRaw(statement, values.ToArray()).ToListAsync(CancellationToken.None), cancellationToken);
        claimed.Sort((left, right) => left.Id.CompareTo(right.Id));
        return claimed;
    }

    public Task<TaskChange> TryReportProgressAsync(long id, double progress, int? totalSteps, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Progress, id, now, [progress, totalSteps], cancellationToken);

    public Task<TaskChange> TryStreamOutputAsync(
        long id, string output, DateTimeOffset now, DateTimeOffset ifNotUpdatedSince, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Stream, id, now, [output, ifNotUpdatedSince.ToUnixTimeMilliseconds()], cancellationToken);

    public Task<TaskChange> TryFinishAsync(long id, TaskEnding ending, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statement = ending.Transition == TaskTransition.Succeed ? TaskStatements.Succeed
            : ending.Transition == TaskTransition.Fail ? TaskStatements.Fail
            : throw new ArgumentException($"A task does not end by {ending.Transition.Name}.", nameof(ending));

        return TryChangeAsync(
            statement, id, now, [ending.Output, ending.Progress, ending.ErrorMessage, ending.UserFacingErrorMessage], cancellationToken);
    }

    public Task<TaskChange> TryCancelAsync(long id, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryChangeAsync(TaskStatements.Cancel, id, now, [], cancellationToken);

    public async Task<bool> DeleteAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            db => db.Tasks
                .Where(task => task.Id == id && task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress)
                .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken) > 0;

    public Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.Tasks
                .Where(task => task.LastUpdated < before && task.AllowCleanup)
                .OrderBy(task => task.LastUpdated)
                .Take(limit)
                .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken);

    // "id > 0" selects the index of scheduled tasks, see ProcessingTaskConfiguration
    public Task<int> CountScheduledBeforeAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.Tasks.CountAsync(
                task => task.Status == ProcessingStatus.Scheduled && task.Id > 0 && task.Id < id, cancellationToken),
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
            db => db.Tasks.AnyAsync(task => task.Status == ProcessingStatus.Scheduled && types.Contains(task.Type), cancellationToken),
            cancellationToken);

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
