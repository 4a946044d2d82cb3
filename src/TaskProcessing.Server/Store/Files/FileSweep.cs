using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store.Files;

/// <remarks>What a task names is found by its numbers, whatever its type: a number that is no file id only delays the removal.</remarks>
internal sealed class FileSweep(Database database) : IFileSweep
{
    public Task<int> RemoveDeletedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
            {
                var deleted = await db.Files
                    .Where(file => file.DeletedAt < before)
                    .OrderBy(file => file.DeletedAt)
                    .Take(limit)
                    .Select(file => new { file.Id, file.UserId })
                    .ToListAsync(CancellationToken.None);
                var unneeded = new List<long>();
                foreach (var files in deleted.GroupBy(file => file.UserId, file => file.Id))
                {
                    var named = new HashSet<long>();
                    var inputs = db.Tasks
                        .Where(task => task.UserId == files.Key && (task.Status == ProcessingStatus.Scheduled || task.Status == ProcessingStatus.Running))
                        .Select(task => task.Input);
                    await foreach (var input in inputs.AsAsyncEnumerable())
                        named.UnionWith(NumbersIn(input));

                    unneeded.AddRange(files.Where(id => !named.Contains(id)));
                }

                return await RemoveAsync(db, unneeded);
            },
            cancellationToken);

    public Task<int> RemoveUnnamedResultsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
            {
                var results = await db.Files
                    .Where(file => file.CreatedAt < before)
                    .Join(db.Tasks, file => file.TaskId, task => task.Id, (file, task) => new { file.Id, task.Status, task.Output })
                    .Where(result => result.Status != ProcessingStatus.Scheduled && result.Status != ProcessingStatus.Running)
                    .Where(result => result.Output == null || !result.Output.Contains(result.Id.ToString()))
                    .OrderBy(result => result.Id)
                    .Take(limit)
                    .ToListAsync(CancellationToken.None);
                return await RemoveAsync(db, [.. results.Where(result => !NumbersIn(result.Output).Contains(result.Id)).Select(result => result.Id)]);
            },
            cancellationToken);

    public Task<int> AbandonUploadsAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
            {
                var folders = db.Files.Where(file =>
                    file.ParentId == (long)FileTree.Uploads && file.UserId != null && file.DeletedAt == null && file.CreatedAt < before
                    && !db.Files.Any(part => part.ParentId == file.Id && part.DeletedAt == null && part.CreatedAt >= before));
                return db.Files
                    .Where(file => folders.Any(folder => folder.Id == file.Id || folder.Id == file.ParentId))
                    .ExecuteUpdateAsync(set => set.SetProperty(file => file.DeletedAt, now), CancellationToken.None);
            },
            cancellationToken);

    public async Task<int> RemoveLostAsync(IReadOnlyCollection<string> blobKeys, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var keys in blobKeys.Chunk(500))
        {
            removed += await database.WriteAsync(
                db => db.Files.Where(file => keys.Contains(file.BlobKey)).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);
        }

        return removed;
    }

    private static Task<int> RemoveAsync(TaskDbContext db, List<long> ids) => ids.Count == 0
        ? Task.FromResult(0)
        : db.Files.Where(file => ids.Contains(file.Id)).ExecuteDeleteAsync(CancellationToken.None);

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
