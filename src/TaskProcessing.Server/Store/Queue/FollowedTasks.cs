using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class FollowedTasks(Database database) : IFollowedTasks
{
    private const int Bite = 500;

    /// <remarks>What has not ended is found by the indexes of the few such tasks; only who looks back has all the user's tasks read.</remarks>
    public async Task<IReadOnlyList<ProcessingTask>> ListAsync(string userId, DateTimeOffset? changedSince, CancellationToken cancellationToken)
    {
        var party = ProcessingTask.PartyOf(TaskOwner.User(userId), "");
        return await database.ReadAsync(
            async db =>
            {
                if (changedSince is { } since)
                {
                    return await db.Tasks
                        .Where(task => task.UserId == userId
                            && (task.Status == ProcessingStatus.Scheduled || task.Status == ProcessingStatus.Running || task.LastUpdated >= since))
                        .OrderBy(task => task.Id)
                        .ToListAsync(cancellationToken);
                }

                var scheduled = await db.Tasks.Where(task => task.Status == ProcessingStatus.Scheduled && task.Party == party).ToListAsync(cancellationToken);
                var running = await db.Tasks.Where(task => task.Status == ProcessingStatus.Running && task.UserId == userId).ToListAsync(cancellationToken);

                // One that was claimed between the two readings is in both.
                return running.UnionBy(scheduled, task => task.Id).OrderBy(task => task.Id).ToList();
            },
            cancellationToken);
    }

    public async Task<IReadOnlyDictionary<long, long>> ReadRevisionsAsync(IReadOnlyCollection<long> taskIds, CancellationToken cancellationToken)
    {
        var revisions = new Dictionary<long, long>();
        foreach (var ids in taskIds.Chunk(Bite))
        {
            var rows = await database.ReadAsync(
                db => db.Tasks.Where(task => ids.Contains(task.Id)).Select(task => new { task.Id, task.Revision }).ToListAsync(cancellationToken), cancellationToken);
            foreach (var row in rows)
                revisions[row.Id] = row.Revision;
        }

        return revisions;
    }
}
