using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Files;

/// <summary>
/// The walks down a tree of files. Their cost is the size of the tree, and they do not hold up other writers: trees are
/// read as a whole, which blocks no write, and changed in portions.
/// </summary>
/// <remarks>
/// The statement of the change also cuts off a folder that is deleted or replaced. From then on no path leads into it, so
/// its members can be marked later. If that is interrupted, the sweep goes on with it.
/// </remarks>
internal sealed class FileTrees(Database database, Dialect dialect)
{
    /// <summary>The number of rows in one transaction; other writers get their turn in between.</summary>
    public const int BatchSize = 500;

    private readonly FileTreeStatements _statements = new(dialect);

    /// <summary>All that is below a folder, the upper levels first.</summary>
    public Task<List<TreeEntry>> ListBelowAsync(long folderId, CancellationToken cancellationToken) =>
        ReadAsync(db => db.Database.SqlQueryRaw<TreeEntry>(_statements.Below, folderId).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>The bytes in each of the folders, which are the user's, and below.</summary>
    public async Task<IReadOnlyDictionary<long, long>> SumAsync(
        string userId,
        IReadOnlyCollection<long> folderIds,
        CancellationToken cancellationToken
    )
    {
        var sizes = new Dictionary<long, long>();
        foreach (var ids in folderIds.Chunk(BatchSize))
        {
            foreach (var (id, size) in await ReadAsync(db => SumOfAsync(db, userId, ids, cancellationToken), cancellationToken))
                sizes[id] = size;
        }

        return sizes;
    }

    /// <summary>As the other, within a transaction.</summary>
    public async Task<Dictionary<long, long>> SumAsync(TaskDbContext db, string userId, IReadOnlyCollection<long> folderIds)
    {
        await UseIndexesAsync(db);
        return await SumOfAsync(db, userId, folderIds, CancellationToken.None);
    }

    /// <summary>Copies everything below a folder of the user's that still exists and whose folder was copied.</summary>
    public async Task CopyBelowAsync(StoredFile folder, StoredFile copy, CancellationToken cancellationToken)
    {
        var copies = new Dictionary<long, long> { [folder.Id] = copy.Id };
        foreach (var portion in (await ListBelowAsync(folder.Id, cancellationToken)).Chunk(BatchSize))
        {
            await database.ChangeAsync(
                async connection =>
                    await dialect.LockAccountAsync(connection.Context, folder.UserId!)
                    && await CopyAsync(connection, portion, copies, copy),
                atomic: true,
                cancellationToken
            );
        }
    }

    /// <summary>Marks everything below a folder that was cut off as deleted.</summary>
    public async Task DeleteBelowAsync(StoredFile folder)
    {
        foreach (var portion in (await ListBelowAsync(folder.Id, CancellationToken.None)).Chunk(BatchSize))
            await DeleteAsync(folder.UserId!, [.. portion.Select(entry => entry.Id)], folder.DeletedAt!.Value);
    }

    /// <summary>
    /// Marks a portion of the unmarked members of deleted folders, with the folders' time. Answers their number; 0 when
    /// there are no more.
    /// </summary>
    public async Task<int> DeleteRemainingAsync(CancellationToken cancellationToken)
    {
        var left = await ReadAsync(
            db => db.Database.SqlQueryRaw<RemainingFile>(_statements.Left, BatchSize).ToListAsync(cancellationToken),
            cancellationToken
        );
        foreach (var files in left.GroupBy(file => (file.UserId, file.DeletedAt), file => file.Id))
            await DeleteAsync(files.Key.UserId, [.. files], DateTimeOffset.FromUnixTimeMilliseconds(files.Key.DeletedAt));

        return left.Count;
    }

    private Task<Dictionary<long, long>> SumOfAsync(
        TaskDbContext db,
        string userId,
        IReadOnlyCollection<long> folderIds,
        CancellationToken cancellationToken
    ) =>
        db
            .Database.SqlQueryRaw<FolderSize>(_statements.Sum(folderIds), userId)
            .ToDictionaryAsync(folder => folder.Id, folder => folder.Size, cancellationToken);

    /// <summary>Copies level by level, because the members of a folder need the id of its copy.</summary>
    private static async Task<bool> CopyAsync(
        StoreConnection connection,
        TreeEntry[] portion,
        Dictionary<long, long> copies,
        StoredFile copy
    )
    {
        var created = copy.CreatedAt.ToUnixTimeMilliseconds();
        foreach (var level in portion.GroupBy(entry => entry.Depth))
        {
            var values = level
                .Where(entry => copies.ContainsKey(entry.ParentId))
                .Select(entry => new object?[] { copies[entry.ParentId], entry.Name, created, entry.Id, copy.Revision })
                .ToList();
            foreach (
                var (to, from, isFolder) in await connection.QueryEachAsync(
                    FileTreeStatements.CopyOne,
                    values,
                    static row => (row.Int64(0), row.Int64(1), row.Boolean(2))
                )
            )
            {
                if (isFolder)
                    copies[from] = to;
            }
        }

        return true;
    }

    /// <summary>
    /// Holds the account, as all changes of its trees do, so that no two that mark the same files wait for each other
    /// crosswise.
    /// </summary>
    private Task<int> DeleteAsync(string userId, List<long> ids, DateTimeOffset now) =>
        database.TransactAsync(
            async db =>
                await dialect.LockAccountAsync(db, userId)
                    ? await db
                        .Files.Where(file => ids.Contains(file.Id) && file.DeletedAt == null)
                        .ExecuteUpdateAsync(set => set.SetProperty(file => file.DeletedAt, now), CancellationToken.None)
                    : 0,
            CancellationToken.None
        );

    /// <summary>Reads with statements that go down trees.</summary>
    public Task<T> ReadAsync<T>(Func<TaskDbContext, Task<T>> read, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async db =>
            {
                if (dialect.IndexesOnly is null)
                    return await read(db);

                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                await UseIndexesAsync(db);
                return await read(db);
            },
            cancellationToken
        );

    private Task UseIndexesAsync(TaskDbContext db) =>
        dialect.IndexesOnly is { } statements ? db.Database.ExecuteSqlRawAsync(statements, CancellationToken.None) : Task.CompletedTask;

    private sealed record FolderSize(long Id, long Size);

    private sealed record RemainingFile(long Id, string UserId, long DeletedAt);
}

/// <summary>A file or folder somewhere below another one.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ParentId">The folder that it is in.</param>
/// <param name="Name">The name.</param>
/// <param name="Depth">The level below the folder; 1 for its members.</param>
internal sealed record TreeEntry(long Id, long ParentId, string Name, int Depth);
