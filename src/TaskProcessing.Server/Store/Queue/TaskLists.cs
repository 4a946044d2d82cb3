using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>The lists of tasks.</summary>
internal sealed class TaskLists(Database database)
{
    private const int MaxTasksOfPortion = 500;

    /// <summary>The limit of inputs and outputs of a portion together, in characters.</summary>
    private const long MaxLengthOfPortion = 1024 * 1024;

    public async Task<IReadOnlyList<ProcessingTask>> ListAsync(TaskQuery query, CancellationToken cancellationToken) =>
        await database.ReadAsync(db => Matching(db, query).OnPage(query.Page).ToListAsync(cancellationToken), cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<ProcessingTask>> ListPortionsAsync(
        TaskQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var sizes = await database.ReadAsync(
            db =>
                Matching(db, query)
                    .OnPage(query.Page)
                    .Select(task => new Size(task.Id, task.Input.Length + (task.Output ?? "").Length))
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
        foreach (var ids in Portions(sizes))
        {
            var tasks = await database.ReadAsync(
                db => db.Tasks.Where(task => ids.Contains(task.Id)).ToDictionaryAsync(task => task.Id, cancellationToken),
                cancellationToken
            );
            yield return [.. ids.Select(id => tasks.GetValueOrDefault(id)).OfType<ProcessingTask>()];
        }
    }

    public async Task<IReadOnlyList<TaskHead>> ListHeadsAsync(TaskQuery query, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                Matching(db, query)
                    .OnPage(query.Page)
                    .Select(task => new TaskHead(
                        task.Id,
                        task.ProjectId,
                        task.Type,
                        task.Status,
                        task.Progress,
                        task.TotalSteps,
                        task.ScheduledAt
                    ))
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<int> CountAsync(TaskQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Matching(db, query).CountAsync(cancellationToken), cancellationToken);

    private static IQueryable<ProcessingTask> Matching(TaskDbContext db, TaskQuery query) =>
        db.Tasks.Matching(query).FromNextcloud(db, query.NextcloudId);

    private static IEnumerable<List<long>> Portions(IEnumerable<Size> sizes)
    {
        var portion = new List<long>();
        var length = 0L;
        foreach (var size in sizes)
        {
            if (portion.Count == MaxTasksOfPortion || (portion.Count > 0 && length + size.Length > MaxLengthOfPortion))
            {
                yield return portion;
                (portion, length) = ([], 0);
            }

            portion.Add(size.Id);
            length += size.Length;
        }

        if (portion.Count > 0)
            yield return portion;
    }

    /// <param name="Id">Of the task.</param>
    /// <param name="Length">Of its input and output together, in characters.</param>
    private sealed record Size(long Id, int Length);
}
