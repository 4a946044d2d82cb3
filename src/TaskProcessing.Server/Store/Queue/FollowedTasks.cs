using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class FollowedTasks(Database database) : IFollowedTasks
{
    private const int BatchSize = 500;

    /// <remarks>
    /// Unfinished tasks are found by the indexes of the few such tasks; only a reader that looks back has all tasks of the user read.
    /// </remarks>
    public async Task<IReadOnlyList<long>> ListAsync(
        string userId,
        DateTimeOffset? endedSince,
        int mostEnded,
        CancellationToken cancellationToken
    )
    {
        var party = ProcessingTask.PartyOf(TaskOwner.User(userId), "");
        return await database.ReadAsync(
            async db =>
            {
                var scheduled = await db
                    .Tasks.Where(task => task.Status == ProcessingStatus.Scheduled && task.Party == party)
                    .Select(task => task.Id)
                    .ToListAsync(cancellationToken);
                var running = await db
                    .Tasks.Where(task => task.Status == ProcessingStatus.Running && task.UserId == userId)
                    .Select(task => task.Id)
                    .ToListAsync(cancellationToken);
                var ended = endedSince is not { } since
                    ? []
                    : await db
                        .Tasks.Where(task =>
                            task.UserId == userId
                            && task.Status != ProcessingStatus.Scheduled
                            && task.Status != ProcessingStatus.Running
                            && task.LastUpdated >= since
                        )
                        .OrderByDescending(task => task.LastUpdated)
                        .Take(mostEnded)
                        .Select(task => task.Id)
                        .ToListAsync(cancellationToken);

                // One that was claimed, or ended, between two readings is in both.
                return ended.Union(running).Union(scheduled).Order().ToList();
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyDictionary<long, long>> ReadRevisionsAsync(
        IReadOnlyCollection<long> taskIds,
        CancellationToken cancellationToken
    )
    {
        var revisions = new Dictionary<long, long>();
        foreach (var ids in taskIds.Chunk(BatchSize))
        {
            var rows = await database.ReadAsync(
                db =>
                    db.Tasks.Where(task => ids.Contains(task.Id))
                        .Select(task => new { task.Id, task.Revision })
                        .ToListAsync(cancellationToken),
                cancellationToken
            );
            foreach (var row in rows)
                revisions[row.Id] = row.Revision;
        }

        return revisions;
    }
}
