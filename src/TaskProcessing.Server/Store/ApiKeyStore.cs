using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Store;

internal sealed class ApiKeyStore(Database database) : IApiKeyStore
{
    public Task<ApiKey?> FindByHashAsync(string keyHash, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.ApiKeys.FirstOrDefaultAsync(key => key.KeyHash == keyHash, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken)
    {
        var keys = await database.ReadAsync(db => db.ApiKeys.ToListAsync(cancellationToken), cancellationToken);
        keys.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return keys;
    }

    public async Task<bool> TryAddAsync(ApiKey key, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO api_keys (name, key_hash, project_id, created_at)
                    VALUES ({key.Name}, {key.KeyHash}, {key.ProjectId}, {key.CreatedAt.ToUnixTimeMilliseconds()})
                    ON CONFLICT (name) DO NOTHING
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        ) > 0;

    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            db => db.ApiKeys.Where(key => key.Name == name).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        ) > 0;
}
