using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store.Files;

/// <summary>
/// Reads everything below a folder once, row by row. It keeps the folders on the way, and no more files than are wanted.
/// </summary>
internal sealed class FileTreeSearch(FileTrees trees, Dialect dialect)
{
    private readonly FileTreeStatements _statements = new(dialect);

    public Task<IReadOnlyList<FoundFile>> RunAsync(FileSearch search, CancellationToken cancellationToken) =>
        trees.ReadAsync(
            async db =>
                search.Id is { } id
                    ? await FindOneAsync(db, search, id, cancellationToken)
                    : await FindAllAsync(db, search, cancellationToken),
            cancellationToken
        );

    private static async Task<IReadOnlyList<FoundFile>> FindOneAsync(
        TaskDbContext db,
        FileSearch search,
        long id,
        CancellationToken cancellationToken
    )
    {
        var folders = new Dictionary<long, (long ParentId, string Name)>();
        var files = db.LiveFiles(search.UserId);
        if (await files.FirstOrDefaultAsync(file => file.Id == id, cancellationToken) is not { } found || !search.Matches(found))
            return [];

        var depth = 1;
        for (var above = found.ParentId; above != search.Folder.Id; depth++)
        {
            if (depth == search.Depth || await files.FirstOrDefaultAsync(file => file.Id == above, cancellationToken) is not { } folder)
                return [];

            folders[above] = (folder.ParentId, folder.Name);
            above = folder.ParentId;
        }

        return Located(search, [found], folders);
    }

    private async Task<IReadOnlyList<FoundFile>> FindAllAsync(TaskDbContext db, FileSearch search, CancellationToken cancellationToken)
    {
        var folders = new Dictionary<long, (long ParentId, string Name)>();
        var wanted = search.Skip + search.Limit;
        var order = Comparer<StoredFile>.Create(search.Order ?? ((_, _) => 0));
        // The last result so far is in front, and is replaced by a better one.
        var found = new PriorityQueue<StoredFile, (StoredFile File, int Turn)>(
            Comparer<(StoredFile File, int Turn)>.Create(
                (left, right) => order.Compare(right.File, left.File) is var way and not 0 ? way : right.Turn.CompareTo(left.Turn)
            )
        );
        var turn = 0;
        var rows = db.Files.FromSqlRaw(_statements.Search, search.UserId, search.Folder.Id, search.Depth);
        await foreach (var file in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (file.IsFolder)
                folders[file.Id] = (file.ParentId, file.Name);
            if (!search.Matches(file))
                continue;

            found.Enqueue(file, (file, turn++));
            if (found.Count > wanted)
                found.Dequeue();
            if (found.Count == wanted && search.Order is null)
                break;
        }

        var sorted = new StoredFile[found.Count];
        for (var place = sorted.Length - 1; place >= 0; place--)
            sorted[place] = found.Dequeue();
        return Located(search, sorted.Skip(search.Skip), folders);
    }

    private static List<FoundFile> Located(
        FileSearch search,
        IEnumerable<StoredFile> found,
        Dictionary<long, (long ParentId, string Name)> folders
    )
    {
        FilePath PathOf(long folderId) =>
            folderId != search.Folder.Id && folders.TryGetValue(folderId, out var folder)
                ? PathOf(folder.ParentId).Child(folder.Name)
                : search.Path;
        return [.. found.Select(file => new FoundFile(file, PathOf(file.ParentId).Child(file.Name)))];
    }
}
