using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Queue;
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

    /// <remarks>The conditions repeat those of the partial indexes: only so the planners see that an index fits.</remarks>
    private static IQueryable<ProcessingTask> Matching(IQueryable<ProcessingTask> tasks, TaskPageFilter filter)
    {
        if (filter.Owner is { } owner)
            tasks = tasks.Where(task => task.UserId == owner.UserId && task.GuestAddress == owner.GuestAddress);
        if (filter.ProjectId is { } project)
            tasks = project == 0 ? tasks.Where(task => task.ProjectId == 0) : tasks.Where(task => task.ProjectId != 0 && task.ProjectId == project);

        return tasks.WithStatus(filter.Status);
    }
}
