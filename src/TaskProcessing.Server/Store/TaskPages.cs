using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Pages;

namespace TaskProcessing.Server.Store;

internal sealed class TaskPages(Database database) : ITaskPages
{
    public async Task<IReadOnlyList<ProcessingTask>> ReadAsync(TaskPageFilter filter, TaskPage page, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
            {
                var tasks = Matching(db.Tasks, filter);
                if (page.BeforeId is { } before)
                    tasks = tasks.Where(task => task.Id < before);

                return tasks.OrderByDescending(task => task.Id).Skip(page.Offset).Take(page.Limit).ToListAsync(cancellationToken);
            },
            cancellationToken);

    public Task<int> CountAsync(TaskPageFilter filter, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Matching(db.Tasks, filter).CountAsync(cancellationToken), cancellationToken);

    /// <remarks>The conditions repeat those of the partial indexes, and statuses are constants: only so the planners see that an index fits.</remarks>
    private static IQueryable<ProcessingTask> Matching(IQueryable<ProcessingTask> tasks, TaskPageFilter filter)
    {
        if (filter.Owner is { } owner)
            tasks = tasks.Where(task => task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress);
        if (filter.ProjectId is { } project)
            tasks = project == 0 ? tasks.Where(task => task.ProjectId == 0) : tasks.Where(task => task.ProjectId != 0 && task.ProjectId == project);

        return filter.Status switch
        {
            ProcessingStatus.Scheduled => tasks.Where(task => task.Status == ProcessingStatus.Scheduled && task.Id > 0),
            ProcessingStatus.Running => tasks.Where(task => task.Status == ProcessingStatus.Running),
            ProcessingStatus.Successful => tasks.Where(task => task.Status == ProcessingStatus.Successful),
            ProcessingStatus.Failed => tasks.Where(task => task.Status == ProcessingStatus.Failed),
            ProcessingStatus.Cancelled => tasks.Where(task => task.Status == ProcessingStatus.Cancelled),
            _ => tasks,
        };
    }
}
