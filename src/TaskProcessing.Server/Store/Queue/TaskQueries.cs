using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// The conditions of lists. They repeat those of the partial indexes, because otherwise the planners do not use an index.
/// </summary>
internal static class TaskQueries
{
    /// <summary>
    /// Word for word the filter of an index: SQLite does not conclude from one status that it is among them, and EF Core leaves such a
    /// condition out where another one implies it.
    /// </summary>
    private const string OfRareStatus = "SELECT * FROM tasks WHERE status IN (2, 4, 5)";

    /// <summary>Tasks of one of the statuses that are few among many finished tasks.</summary>
    public static IQueryable<ProcessingTask> WithRareStatus(this DbSet<ProcessingTask> tasks, ProcessingStatus status) =>
        tasks.FromSqlRaw(OfRareStatus).WithStatus(status);

    /// <summary>The tasks that match, of all pages and in any order.</summary>
    public static IQueryable<ProcessingTask> Matching(this DbSet<ProcessingTask> tasks, TaskQuery query) =>
        query is { Owner: null, CustomId: null, Status: ProcessingStatus.Running or ProcessingStatus.Failed or ProcessingStatus.Cancelled }
        && query.ProjectId is null or 0
            ? tasks.FromSqlRaw(OfRareStatus).Matching(query)
            : tasks.AsQueryable().Matching(query);

    private static IQueryable<ProcessingTask> Matching(this IQueryable<ProcessingTask> tasks, TaskQuery query)
    {
        if (query.Owner is { } owner)
            tasks = tasks.Where(task => task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress);
        if (query.AppId is { } appId)
            tasks = tasks.Where(task => task.AppId == appId);
        if (query.Type is { } type)
            tasks = tasks.Where(task => task.Type == type);
        if (query.CustomId is { } customId)
            tasks = tasks.Where(task => task.CustomId == customId);
        if (query.ProjectId is { } project)
            tasks =
                project == 0
                    ? tasks.Where(task => task.ProjectId == 0)
                    : tasks.Where(task => task.ProjectId != 0 && task.ProjectId == project);
        return tasks.WithStatus(query.Status);
    }

    /// <summary>Those of a connected Nextcloud; its rows are read by their index.</summary>
    public static IQueryable<ProcessingTask> FromNextcloud(this IQueryable<ProcessingTask> tasks, TaskDbContext db, string? nextcloudId) =>
        nextcloudId is null
            ? tasks
            : tasks.Where(task => db.NextcloudTasks.Any(claimed => claimed.TaskId == task.Id && claimed.NextcloudId == nextcloudId));

    /// <summary>All of them by id, or a page of them, the newest first.</summary>
    public static IQueryable<ProcessingTask> OnPage(this IQueryable<ProcessingTask> tasks, TaskPage? page)
    {
        if (page is not { } part)
            return tasks.OrderBy(task => task.Id);
        if (part.BeforeId is { } before)
            tasks = tasks.Where(task => task.Id < before);
        return tasks.OrderByDescending(task => task.Id).Skip(part.Offset).Take(part.Limit);
    }

    /// <summary>Tasks of a status, or all; the status is a constant, because only then a planner uses the index.</summary>
    private static IQueryable<ProcessingTask> WithStatus(this IQueryable<ProcessingTask> tasks, ProcessingStatus? status) =>
        status switch
        {
            ProcessingStatus.Scheduled => tasks.Where(task => task.Status == ProcessingStatus.Scheduled && task.Id > 0),
            ProcessingStatus.Running => tasks.Where(task => task.Status == ProcessingStatus.Running),
            ProcessingStatus.Successful => tasks.Where(task => task.Status == ProcessingStatus.Successful),
            ProcessingStatus.Failed => tasks.Where(task => task.Status == ProcessingStatus.Failed),
            ProcessingStatus.Cancelled => tasks.Where(task => task.Status == ProcessingStatus.Cancelled),
            _ => tasks,
        };
}
