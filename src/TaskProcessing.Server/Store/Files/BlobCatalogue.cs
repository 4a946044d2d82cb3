using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Store.Files;

internal sealed class BlobCatalogue(Database database) : IBlobCatalogue
{
    public Task AddAsync(string key, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
            {
                db.Add(new StoredBlob { Key = key, State = BlobState.Pending, CreatedAt = now });
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken);

    public Task RemoveAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(db => db.Blobs.Where(blob => keys.Contains(blob.Key)).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);

    public Task<IReadOnlyList<string>> DoomAsync(DateTimeOffset pendingBefore, int limit, CancellationToken cancellationToken) =>
        database.TransactAsync<IReadOnlyList<string>>(
            async db =>
            {
                await db.Blobs
                    .Where(blob => blob.State == BlobState.Kept || (blob.State == BlobState.Pending && blob.CreatedAt < pendingBefore))
                    .Where(blob => !db.Files.Any(file => file.BlobKey == blob.Key))
                    .ExecuteUpdateAsync(set => set.SetProperty(blob => blob.State, BlobState.Doomed), CancellationToken.None);
                return await db.Blobs
                    .Where(blob => blob.State == BlobState.Doomed)
                    .OrderBy(blob => blob.Key)
                    .Select(blob => blob.Key)
                    .Take(limit)
                    .ToListAsync(CancellationToken.None);
            },
            cancellationToken);

    public async Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(db => db.Blobs.Select(blob => blob.Key).ToHashSetAsync(cancellationToken), cancellationToken);

    public async Task<IReadOnlyDictionary<string, long>> ListKeptAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db => db.Files
                .Where(file => file.BlobKey != null)
                .GroupBy(file => file.BlobKey!)
                .Select(group => new { group.Key, Size = group.Max(file => file.Size) })
                .ToDictionaryAsync(blob => blob.Key, blob => blob.Size, cancellationToken),
            cancellationToken);
}
