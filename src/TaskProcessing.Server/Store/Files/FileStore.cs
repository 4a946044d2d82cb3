using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store.Files;

internal sealed class FileStore(Database database, Dialect dialect) : IFileStore
{
    public Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Files.FirstOrDefaultAsync(file => file.Id == id, cancellationToken), cancellationToken);

    public Task<StoredFile?> FindAtAsync(string userId, FilePath path, CancellationToken cancellationToken) =>
        database.ReadAsync(db => new FileTreeWriter(db, userId).FindAsync(path), cancellationToken);

    public async Task<IReadOnlyList<StoredFile>> ListAsync(string userId, long folderId, CancellationToken cancellationToken)
    {
        var files = await database.ReadAsync(db => db.LiveFiles(userId).Where(file => file.ParentId == folderId).ToListAsync(cancellationToken), cancellationToken);
        // Sorted here: databases differ in how they order letters.
        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return files;
    }

    public Task<IReadOnlyDictionary<long, long>> SumFoldersAsync(string userId, IReadOnlyCollection<long> folderIds, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.SumFoldersAsync(userId, folderIds, cancellationToken), cancellationToken);

    public Task<long> SumAllAsync(string userId, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.LiveFiles(userId).SumAsync(file => file.Size, cancellationToken), cancellationToken);

    public Task<PlaceOutcome> SaveAsync(FileSave save, CancellationToken cancellationToken) =>
        ChangeAsync(save.UserId, tree => tree.SaveAsync(save), cancellationToken);

    public Task<PlaceOutcome> AddFolderAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(userId, tree => tree.AddFolderAsync(path, now), cancellationToken);

    public Task<PlaceOutcome> MoveAsync(FileTransfer transfer, CancellationToken cancellationToken) =>
        ChangeAsync(transfer.UserId, tree => tree.MoveAsync(transfer), cancellationToken);

    public Task<PlaceOutcome> CopyAsync(FileTransfer transfer, CancellationToken cancellationToken) =>
        ChangeAsync(transfer.UserId, tree => tree.CopyAsync(transfer), cancellationToken);

    public Task<bool> DeleteAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                var tree = new FileTreeWriter(db, userId);
                if (!await dialect.LockAccountAsync(db, userId) || await tree.FindAsync(path) is not { } file)
                    return false;

                await tree.DeleteAsync(file.Id, now);
                return true;
            },
            cancellationToken);

    public Task SetPropertiesAsync(long id, string? properties, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.Files.Where(file => file.Id == id).ExecuteUpdateAsync(set => set.SetProperty(file => file.Properties, properties), CancellationToken.None),
            cancellationToken);

    public Task<AddTaskFileOutcome> AddTaskFileAsync(StoredFile file, int maxFiles, CancellationToken cancellationToken) =>
        database.TransactAsync<AddTaskFileOutcome>(
            async db =>
            {
                // Locked, so that two uploads at once cannot both be the last that is allowed.
                if (!await dialect.LockTaskAsync(db, file.TaskId!.Value))
                    return new AddTaskFileOutcome.NoTask();
                if (await db.Files.CountAsync(other => other.TaskId == file.TaskId, CancellationToken.None) >= maxFiles)
                    return new AddTaskFileOutcome.TooMany();

                await db.KeepBlobAsync(file.BlobKey!);
                db.Add(file);
                await db.SaveChangesAsync(CancellationToken.None);
                return new AddTaskFileOutcome.Added(file.Id);
            },
            cancellationToken);

    /// <summary>An account that is being removed gets no more files.</summary>
    private Task<PlaceOutcome> ChangeAsync(string userId, Func<FileTreeWriter, Task<PlaceOutcome>> change, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db => await dialect.LockAccountAsync(db, userId) ? await change(new FileTreeWriter(db, userId)) : new PlaceOutcome.NoParent(), cancellationToken);
}

internal static class FileQueries
{
    /// <summary>A user's files and folders that are not deleted.</summary>
    public static IQueryable<StoredFile> LiveFiles(this TaskDbContext db, string userId) =>
        db.Files.Where(file => file.UserId == userId && file.DeletedAt == null);

    /// <inheritdoc cref="IFileStore.SumFoldersAsync" />
    public static async Task<IReadOnlyDictionary<long, long>> SumFoldersAsync(
        this TaskDbContext db, string userId, IReadOnlyCollection<long> folderIds, CancellationToken cancellationToken)
    {
        if (folderIds.Count == 0)
            return new Dictionary<long, long>();

        // The ids are numbers of ours: nothing to escape.
        var sql = $$"""
            WITH RECURSIVE tree(top, id, size) AS (
                SELECT parent_id, id, size FROM files WHERE user_id = {0} AND deleted_at IS NULL AND parent_id IN ({{string.Join(", ", folderIds)}})
                UNION ALL
                SELECT tree.top, files.id, files.size FROM files JOIN tree ON files.parent_id = tree.id
                WHERE files.user_id = {0} AND files.deleted_at IS NULL)
            SELECT top AS "Id", CAST(SUM(size) AS BIGINT) AS "Size" FROM tree GROUP BY top
            """;
        return await db.Database.SqlQueryRaw<FolderSize>(sql, userId).ToDictionaryAsync(folder => folder.Id, folder => folder.Size, cancellationToken);
    }

    /// <summary>Gives a pending blob to a file that is about to be added.</summary>
    public static async Task KeepBlobAsync(this TaskDbContext db, string key)
    {
        var kept = await db.Blobs
            .Where(blob => blob.Key == key && blob.State == BlobState.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(blob => blob.State, BlobState.Kept), CancellationToken.None);
        if (kept == 0)
            throw new InvalidOperationException($"The content {key} waited too long for its file and is gone.");
    }

    private sealed record FolderSize(long Id, long Size);
}
