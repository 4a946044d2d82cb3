using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store.Files;

internal sealed class FileStore(Database database, Dialect dialect, FileTrees trees) : IFileStore
{
    private readonly FileTreeSearch _search = new(trees, dialect);

    public Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Files.FirstOrDefaultAsync(file => file.Id == id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyDictionary<long, StoredFile>> FindAsync(IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, StoredFile>();
        foreach (var some in ids.Distinct().Chunk(FileTrees.BatchSize))
        {
            var files = await database.ReadAsync(
                db => db.Files.Where(file => some.Contains(file.Id)).ToListAsync(cancellationToken),
                cancellationToken
            );
            foreach (var file in files)
                found.Add(file.Id, file);
            if (files.Count < some.Length)
                break;
        }

        return found;
    }

    public Task<StoredFile?> FindAtAsync(string userId, FilePath path, CancellationToken cancellationToken) =>
        database.ReadAsync(db => new FileTreeWriter(db, userId, trees).FindAsync(path), cancellationToken);

    public async Task<IReadOnlyList<StoredFile>> ListAsync(string userId, long folderId, CancellationToken cancellationToken)
    {
        var files = await database.ReadAsync(
            db => db.LiveFiles(userId).Where(file => file.ParentId == folderId).ToListAsync(cancellationToken),
            cancellationToken
        );
        // Sorted here: databases differ in how they order letters.
        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return files;
    }

    public Task<IReadOnlyDictionary<long, long>> SumFoldersAsync(
        string userId,
        IReadOnlyCollection<long> folderIds,
        CancellationToken cancellationToken
    ) => trees.SumAsync(userId, folderIds, cancellationToken);

    public Task<long> SumAllAsync(string userId, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.LiveFiles(userId).SumAsync(file => file.Size, cancellationToken), cancellationToken);

    public Task<PlaceOutcome> SaveAsync(FileSave save, CancellationToken cancellationToken) =>
        ChangeAsync(save.UserId, tree => tree.SaveAsync(save), cancellationToken);

    public Task<PlaceOutcome> AddFolderAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(userId, tree => tree.AddFolderAsync(path, now), cancellationToken);

    public Task<PlaceOutcome> MoveAsync(FileTransfer transfer, CancellationToken cancellationToken) =>
        ChangeAsync(transfer.UserId, tree => tree.MoveAsync(transfer), cancellationToken);

    public async Task<PlaceOutcome> CopyAsync(FileTransfer transfer, CancellationToken cancellationToken) =>
        transfer.Deep && await FindAtAsync(transfer.UserId, transfer.From, cancellationToken) is { IsFolder: true } folder
            ? await CopyFolderAsync(transfer, folder, cancellationToken)
            : await ChangeAsync(transfer.UserId, tree => tree.CopyAsync(transfer), cancellationToken);

    public Task<bool> DeleteAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(userId, tree => tree.DeleteAsync(path, now), otherwise: false, cancellationToken);

    public Task SetPropertiesAsync(
        string userId,
        long id,
        string? properties,
        DateTimeOffset? modifiedAt,
        CancellationToken cancellationToken
    ) => ChangeAsync(userId, tree => tree.SetPropertiesAsync(id, properties, modifiedAt), otherwise: false, cancellationToken);

    public Task<IReadOnlyList<FoundFile>> SearchAsync(FileSearch search, CancellationToken cancellationToken) =>
        _search.RunAsync(search, cancellationToken);

    public Task<long> AddReceivedAsync(StoredFile file, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                await db.KeepBlobAsync(file.BlobKey!);
                db.Add(file);
                await db.SaveChangesAsync(CancellationToken.None);
                return file.Id;
            },
            cancellationToken
        );

    public Task<AddTaskFileOutcome> AddTaskFileAsync(
        StoredFile file,
        int maxFiles,
        IReadOnlySet<long> uncounted,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync<AddTaskFileOutcome>(
            async db =>
            {
                // Locked, so that two uploads at once cannot both be the last that is allowed.
                if (!await dialect.LockTaskAsync(db, file.TaskId!.Value))
                    return new AddTaskFileOutcome.NoTask();
                var others = db.Files.Where(other => other.TaskId == file.TaskId).Select(other => other.Id);
                var count =
                    uncounted.Count == 0
                        ? await others.CountAsync(CancellationToken.None)
                        : (await others.ToListAsync(CancellationToken.None)).Count(id => !uncounted.Contains(id));
                if (count >= maxFiles)
                    return new AddTaskFileOutcome.TooMany();

                await db.KeepBlobAsync(file.BlobKey!);
                db.Add(file);
                await db.SaveChangesAsync(CancellationToken.None);
                return new AddTaskFileOutcome.Added(file.Id);
            },
            cancellationToken
        );

    /// <summary>
    /// Copies a folder in portions at a place without a path, and moves it to its path when it is complete, so that no
    /// reader sees half of it.
    /// </summary>
    private async Task<PlaceOutcome> CopyFolderAsync(FileTransfer transfer, StoredFile folder, CancellationToken cancellationToken)
    {
        if (transfer.Quota is { } quota && await IsTooMuchAsync(transfer, folder, quota, cancellationToken))
            return new PlaceOutcome.OverQuota(quota);

        var (source, copy, refusal) = await ChangeAsync(
            transfer.UserId,
            tree => tree.BeginCopyAsync(transfer),
            otherwise: (null, null, new PlaceOutcome.NoParent()),
            cancellationToken
        );
        if (source is null || copy is null)
            return refusal!;

        try
        {
            await trees.CopyBelowAsync(source, copy, cancellationToken);
            return await ChangeAsync(transfer.UserId, tree => tree.EndCopyAsync(transfer, copy), cancellationToken);
        }
        catch
        {
            // Without its path it is useless; the sweep removes its members.
            await database.WriteAsync(
                db =>
                    db.Files.Where(file => file.Id == copy.Id && file.ParentId == (long)FileTree.Copies)
                        .ExecuteUpdateAsync(set => set.SetProperty(file => file.DeletedAt, transfer.Now), CancellationToken.None),
                CancellationToken.None
            );
            throw;
        }
    }

    /// <summary>
    /// Checks the quota early, so that a copy that cannot fit does not copy thousands of files first; the check at the
    /// end decides.
    /// </summary>
    private async Task<bool> IsTooMuchAsync(FileTransfer transfer, StoredFile folder, long quota, CancellationToken cancellationToken)
    {
        var replaced = await FindAtAsync(transfer.UserId, transfer.To, cancellationToken);
        var sizes = await trees.SumAsync(
            transfer.UserId,
            [.. new[] { folder, replaced }.OfType<StoredFile>().Where(file => file.IsFolder).Select(file => file.Id)],
            cancellationToken
        );
        var freed = replaced is { IsFolder: false } ? replaced.Size : sizes.GetValueOrDefault(replaced?.Id ?? 0);
        return await SumAllAsync(transfer.UserId, cancellationToken) + sizes.GetValueOrDefault(folder.Id) - freed > quota;
    }

    private Task<PlaceOutcome> ChangeAsync(
        string userId,
        Func<FileTreeWriter, Task<PlaceOutcome>> change,
        CancellationToken cancellationToken
    ) => ChangeAsync(userId, change, otherwise: new PlaceOutcome.NoParent(), cancellationToken);

    /// <summary>
    /// Changes a user's trees in one transaction, and marks the rows that this cut off in portions. An account that is
    /// being removed gets no more files.
    /// </summary>
    private async Task<T> ChangeAsync<T>(
        string userId,
        Func<FileTreeWriter, Task<T>> change,
        T otherwise,
        CancellationToken cancellationToken
    )
    {
        List<StoredFile> cutOff = [];
        var answer = await database.TransactAsync(
            async db =>
            {
                if (!await dialect.LockAccountAsync(db, userId))
                    return otherwise;

                var tree = new FileTreeWriter(db, userId, trees);
                var changed = await change(tree);
                cutOff = tree.CutOff;
                return changed;
            },
            cancellationToken
        );
        foreach (var folder in cutOff)
            await DeleteBelowAsync(folder);

        return answer;
    }

    private async Task DeleteBelowAsync(StoredFile folder)
    {
        try
        {
            await trees.DeleteBelowAsync(folder);
        }
        catch (StoreUnavailableException)
        {
            // The change itself is done, and its caller gets a success. The sweep goes on with the rest.
        }
    }
}

internal static class FileQueries
{
    /// <summary>A user's files and folders that are not deleted.</summary>
    public static IQueryable<StoredFile> LiveFiles(this TaskDbContext db, string userId) =>
        db.Files.Where(file => file.UserId == userId && file.DeletedAt == null);

    /// <summary>Makes received files the files of a task.</summary>
    public static Task<int> GiveReceivedAsync(this TaskDbContext db, IReadOnlyCollection<long> ids, long taskId) =>
        db
            .Files.Where(file => ids.Contains(file.Id) && file.UserId == null && file.TaskId == null)
            .ExecuteUpdateAsync(set => set.SetProperty(file => file.TaskId, taskId), CancellationToken.None);

    /// <summary>Gives a pending blob to a file that is about to be added.</summary>
    public static async Task KeepBlobAsync(this TaskDbContext db, string key)
    {
        var kept = await db
            .Blobs.Where(blob => blob.Key == key && blob.State == BlobState.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(blob => blob.State, BlobState.Kept), CancellationToken.None);
        if (kept == 0)
            throw new InvalidOperationException($"The content {key} waited too long for its file and is gone.");
    }
}
