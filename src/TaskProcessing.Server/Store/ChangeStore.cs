using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Store;

/// <summary>The number of changes of a topic.</summary>
internal sealed class TopicVersion
{
    public required ChangeTopic Topic { get; init; }

    public required long Version { get; init; }
}

internal sealed class ChangeStore(Database database) : IChangeStore
{
    public async Task<IReadOnlyDictionary<ChangeTopic, long>> ReadVersionsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db => db.Changes.ToDictionaryAsync(change => change.Topic, change => change.Version, cancellationToken),
            cancellationToken
        );

    /// <summary>
    /// Makes a change of some rows and, when there were any, counts it in the same transaction; answers whether there
    /// were. Topics in ascending order, so that two such transactions never wait for each other crosswise.
    /// </summary>
    public static Task<bool> ChangeAsync(
        Database database,
        ChangeTopic[] topics,
        Func<TaskDbContext, Task<int>> change,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync(
            async db =>
            {
                if (await change(db) == 0)
                    return false;

                foreach (int topic in topics)
                {
                    await db.Database.ExecuteSqlAsync(
                        $"""
                        INSERT INTO changes (topic, version) VALUES ({topic}, 1)
                        ON CONFLICT (topic) DO UPDATE SET version = changes.version + 1
                        """,
                        CancellationToken.None
                    );
                }

                await database.AnnounceChangeAsync(db);
                return true;
            },
            cancellationToken
        );
}
