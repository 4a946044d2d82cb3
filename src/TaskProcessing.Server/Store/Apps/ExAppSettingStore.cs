using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Store.Apps;

internal sealed class ExAppSettingStore(Database database) : IExAppSettingStore
{
    public Task<ExAppSetting?> FindAsync(string appId, string? userId, string key, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Rows(db, appId, userId, [key]).FirstOrDefaultAsync(cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ExAppSetting>> ListAsync(
        string appId,
        string? userId,
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken
    ) =>
        await database.ReadAsync(
            db => Rows(db, appId, userId, keys).OrderBy(setting => setting.Id).ToListAsync(cancellationToken),
            cancellationToken
        );

    // A unique index takes two nulls for different values, so config and preferences have one each.
    public async Task<ExAppSetting> SaveAsync(ExAppSetting setting, CancellationToken cancellationToken)
    {
        var stored = await database.WriteAsync(
            db =>
                (
                    setting.UserId is null
                        ? db.ExAppSettings.FromSql(
                            $"""
                            INSERT INTO exapp_settings (app_id, user_id, key, value, sensitive)
                            VALUES ({setting.AppId}, NULL, {setting.Key}, {setting.Value}, {setting.Sensitive})
                            ON CONFLICT (app_id, key) WHERE user_id IS NULL
                                DO UPDATE SET value = excluded.value, sensitive = excluded.sensitive
                            RETURNING *
                            """
                        )
                        : db.ExAppSettings.FromSql(
                            $"""
                            INSERT INTO exapp_settings (app_id, user_id, key, value, sensitive)
                            VALUES ({setting.AppId}, {setting.UserId}, {setting.Key}, {setting.Value}, {setting.Sensitive})
                            ON CONFLICT (app_id, user_id, key) WHERE user_id IS NOT NULL
                                DO UPDATE SET value = excluded.value, sensitive = excluded.sensitive
                            RETURNING *
                            """
                        )
                ).ToListAsync(CancellationToken.None),
            cancellationToken
        );
        return stored[0];
    }

    public Task<int> RemoveAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(db => Rows(db, appId, userId, keys).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);

    private static IQueryable<ExAppSetting> Rows(TaskDbContext db, string appId, string? userId, IReadOnlyCollection<string> keys) =>
        db.ExAppSettings.Where(setting => setting.AppId == appId && setting.UserId == userId && keys.Contains(setting.Key));
}
