using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store.Files;

internal sealed class FileLockStore(Database database, Dialect dialect) : IFileLockStore
{
    public async Task<IReadOnlyList<FileLock>> ListAsync(string userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.FileLocks.Where(held => held.UserId == userId && held.ExpiresAt > now)
                    .OrderBy(held => held.Token)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<bool> TryAddAsync(FileLock added, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                if (!await dialect.LockAccountAsync(db, added.UserId))
                    return false;

                var held = await db
                    .FileLocks.Where(held => held.UserId == added.UserId && held.ExpiresAt > now)
                    .ToListAsync(CancellationToken.None);
                if (held.Any(added.ConflictsWith))
                    return false;

                db.Add(added);
                await db.SaveChangesAsync(CancellationToken.None);
                return true;
            },
            cancellationToken
        );

    public Task ExtendAsync(string userId, string token, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.FileLocks.Where(held => held.UserId == userId && held.Token == token)
                    .ExecuteUpdateAsync(set => set.SetProperty(held => held.ExpiresAt, expiresAt), CancellationToken.None),
            cancellationToken
        );

    public Task RemoveAsync(string userId, IReadOnlyCollection<string> tokens, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.FileLocks.Where(held => held.UserId == userId && tokens.Contains(held.Token)).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public Task<int> RemoveExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.FileLocks.Where(held => held.ExpiresAt <= now).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );
}
