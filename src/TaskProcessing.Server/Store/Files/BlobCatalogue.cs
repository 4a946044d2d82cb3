using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Store.Files;

internal sealed class BlobCatalogue(Database database) : IBlobCatalogue
{
    public Task AddAsync(string key, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
            {
                db.Add(
                    new StoredBlob
                    {
                        Key = key,
                        State = BlobState.Pending,
                        CreatedAt = now,
                    }
                );
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );

    public Task RemoveAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.Blobs.Where(blob => keys.Contains(blob.Key)).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    /// <remarks>Read in advance, because the search goes through all rows and no write should wait for it.</remarks>
    public async Task<IReadOnlyList<string>> MarkUnusedAsync(DateTimeOffset pendingBefore, int limit, CancellationToken cancellationToken)
    {
        var unneeded = await database.ReadAsync(
            db => Unneeded(db, pendingBefore).OrderBy(blob => blob.Key).Select(blob => blob.Key).Take(limit).ToListAsync(cancellationToken),
            cancellationToken
        );
        if (unneeded.Count > 0)
        {
            await database.WriteAsync(
                db =>
                    Unneeded(db, pendingBefore)
                        .Where(blob => unneeded.Contains(blob.Key))
                        .ExecuteUpdateAsync(set => set.SetProperty(blob => blob.State, BlobState.Removing), CancellationToken.None),
                cancellationToken
            );
        }

        return await database.ReadAsync(
            db =>
                db.Blobs.Where(blob => blob.State == BlobState.Removing)
                    .OrderBy(blob => blob.Key)
                    .Select(blob => blob.Key)
                    .Take(limit)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
    }

    public async Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(db => db.Blobs.Select(blob => blob.Key).ToHashSetAsync(cancellationToken), cancellationToken);

    public async Task<IReadOnlyDictionary<string, long>> ListKeptAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.Files.Where(file => file.BlobKey != null)
                    .GroupBy(file => file.BlobKey!)
                    .Select(group => new { group.Key, Size = group.Max(file => file.Size) })
                    .ToDictionaryAsync(blob => blob.Key, blob => blob.Size, cancellationToken),
            cancellationToken
        );

    /// <remarks>Keys begin with the time, so both ends of their index are read.</remarks>
    public async Task<IReadOnlyDictionary<string, long>> SampleKeptAsync(int count, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            async db =>
            {
                var files = db.Files.Where(file => file.BlobKey != null).Select(file => new { Key = file.BlobKey!, file.Size });
                var oldest = await files.OrderBy(file => file.Key).Take(count / 2).ToListAsync(cancellationToken);
                var newest = await files.OrderByDescending(file => file.Key).Take(count - (count / 2)).ToListAsync(cancellationToken);
                return oldest.Concat(newest).ToList();
            },
            cancellationToken
        );
        return found.DistinctBy(file => file.Key).ToDictionary(file => file.Key, file => file.Size);
    }

    private static IQueryable<StoredBlob> Unneeded(TaskDbContext db, DateTimeOffset pendingBefore) =>
        db
            .Blobs.Where(blob => blob.State == BlobState.Kept || (blob.State == BlobState.Pending && blob.CreatedAt < pendingBefore))
            .Where(blob => !db.Files.Any(file => file.BlobKey == blob.Key));
}
