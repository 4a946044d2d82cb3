using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store.Files;

/// <remarks>
/// Any number in a task counts as a named file, of any slot type: a number that is no file id only delays the removal.
/// </remarks>
internal sealed class FileSweep(Database database, Dialect dialect, FileTrees trees) : IFileSweep
{
    /// <remarks>A folder stays until all its members are marked, because they are found through it.</remarks>
    public async Task<int> RemoveDeletedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        // Read in advance, because it takes long: a file that was deleted so long ago cannot be named again.
        var unneeded = await database.ReadAsync(
            async db =>
            {
                var deleted = await db
                    .Files.Where(file => file.DeletedAt < before)
                    .Where(file => !db.Files.Any(child => child.ParentId == file.Id && child.DeletedAt == null && child.UserId != null))
                    .OrderBy(file => file.DeletedAt)
                    .Take(limit)
                    .Select(file => new { file.Id, file.UserId })
                    .ToListAsync(cancellationToken);
                var unneeded = new List<long>();
                foreach (var files in deleted.GroupBy(file => file.UserId, file => file.Id))
                {
                    var named = new HashSet<long>();
                    var inputs = db
                        .Tasks.Where(task =>
                            task.UserId == files.Key
                            && (task.Status == ProcessingStatus.Scheduled || task.Status == ProcessingStatus.Running)
                        )
                        .Select(task => task.Input);
                    await foreach (var input in inputs.AsAsyncEnumerable().WithCancellation(cancellationToken))
                        named.UnionWith(NumbersIn(input));

                    unneeded.AddRange(files.Where(id => !named.Contains(id)));
                }

                return unneeded;
            },
            cancellationToken
        );
        return await RemoveAsync(unneeded, cancellationToken);
    }

    public async Task<int> RemoveUnnamedResultsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        var results = await database.ReadAsync(
            db =>
                db.Files.Where(file => file.CreatedAt < before)
                    .Join(
                        db.Tasks,
                        file => file.TaskId,
                        task => task.Id,
                        (file, task) =>
                            new
                            {
                                file.Id,
                                task.Status,
                                task.Output,
                            }
                    )
                    .Where(result => result.Status != ProcessingStatus.Scheduled && result.Status != ProcessingStatus.Running)
                    .Where(result => result.Output == null || !result.Output.Contains(result.Id.ToString()))
                    .OrderBy(result => result.Id)
                    .Take(limit)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
        return await RemoveAsync(
            [.. results.Where(result => !NumbersIn(result.Output).Contains(result.Id)).Select(result => result.Id)],
            cancellationToken
        );
    }

    public async Task<int> RemoveReceivedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        await RemoveAsync(
            await database.ReadAsync(
                db =>
                    db.Files.Where(file => file.UserId == null && file.TaskId == null && file.CreatedAt < before)
                        .OrderBy(file => file.Id)
                        .Take(limit)
                        .Select(file => file.Id)
                        .ToListAsync(cancellationToken),
                cancellationToken
            ),
            cancellationToken
        );

    public async Task<int> AbandonAsync(FileTree tree, DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var abandoned = await database.ReadAsync(
            db => Abandoned(db, tree, before).Select(folder => new { folder.Id, folder.UserId }).ToListAsync(cancellationToken),
            cancellationToken
        );
        foreach (var folders in abandoned.GroupBy(folder => folder.UserId!, folder => folder.Id))
        {
            foreach (var ids in folders.Chunk(FileTrees.BatchSize))
            {
                await HoldAsync(
                    folders.Key,
                    db =>
                        Abandoned(db, tree, before)
                            .Where(folder => ids.Contains(folder.Id))
                            .ExecuteUpdateAsync(set => set.SetProperty(folder => folder.DeletedAt, now), CancellationToken.None),
                    cancellationToken
                );
            }
        }

        return abandoned.Count;
    }

    public Task<int> DeleteRemainingAsync(CancellationToken cancellationToken) => trees.DeleteRemainingAsync(cancellationToken);

    public async Task<int> RemoveLostAsync(IReadOnlyCollection<string> blobKeys, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var keys in blobKeys.Chunk(FileTrees.BatchSize))
        {
            var owners = await database.ReadAsync(
                db =>
                    db.Files.Where(file => keys.Contains(file.BlobKey))
                        .Select(file => file.UserId)
                        .Distinct()
                        .ToListAsync(cancellationToken),
                cancellationToken
            );
            foreach (var owner in owners)
            {
                removed += owner is null
                    ? await database.WriteAsync(db => RemoveAsync(db.Files.Where(file => file.UserId == null)), cancellationToken)
                    : await HoldAsync(owner, db => RemoveOfAsync(db, owner), cancellationToken);
            }

            async Task<int> RemoveOfAsync(TaskDbContext db, string owner)
            {
                var folders = db.LiveFiles(owner).Where(file => keys.Contains(file.BlobKey)).Select(file => file.ParentId).Distinct();
                await db.TouchUpAsync(await folders.ToListAsync(CancellationToken.None));
                return await RemoveAsync(db.Files.Where(file => file.UserId == owner));
            }

            Task<int> RemoveAsync(IQueryable<StoredFile> files) =>
                files.Where(file => keys.Contains(file.BlobKey)).ExecuteDeleteAsync(CancellationToken.None);
        }

        return removed;
    }

    private static IQueryable<StoredFile> Abandoned(TaskDbContext db, FileTree tree, DateTimeOffset before) =>
        db.Files.Where(file =>
            file.ParentId == (long)tree
            && file.UserId != null
            && file.DeletedAt == null
            && file.CreatedAt < before
            && !db.Files.Any(part => part.ParentId == file.Id && part.UserId != null && part.DeletedAt == null && part.CreatedAt >= before)
        );

    /// <summary>
    /// Changes files of a user while holding the account, so that no two such changes wait for each other crosswise.
    /// </summary>
    private Task<int> HoldAsync(string userId, Func<TaskDbContext, Task<int>> change, CancellationToken cancellationToken) =>
        database.TransactAsync(async db => await dialect.LockAccountAsync(db, userId) ? await change(db) : 0, cancellationToken);

    private async Task<int> RemoveAsync(List<long> ids, CancellationToken cancellationToken) =>
        ids.Count == 0
            ? 0
            : await database.WriteAsync(
                db => db.Files.Where(file => ids.Contains(file.Id)).ExecuteDeleteAsync(CancellationToken.None),
                cancellationToken
            );

    /// <summary>All whole numbers of a JSON text.</summary>
    private static HashSet<long> NumbersIn(string? json)
    {
        var numbers = new HashSet<long>();
        if (json is null)
            return numbers;

        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
                numbers.Add(number);
        }

        return numbers;
    }
}
