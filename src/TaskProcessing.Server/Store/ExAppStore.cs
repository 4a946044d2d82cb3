using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Store;

internal sealed class ExAppStore(Database database) : IExAppStore
{
    /// <summary>The topics that a change of an app touches: logins and providers.</summary>
    private static readonly ChangeTopic[] AppTopics = [ChangeTopic.Accounts, ChangeTopic.Providers];

    private static readonly ChangeTopic[] RegistrationTopics = [ChangeTopic.Providers];

    public Task<ExApp?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.ExApps.FirstOrDefaultAsync(app => app.Id == id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<ExApp>> ListAsync(CancellationToken cancellationToken)
    {
        var apps = await database.ReadAsync(db => db.ExApps.ToListAsync(cancellationToken), cancellationToken);
        // Sorted here: databases differ in how they order letters.
        apps.Sort((left, right) => string.CompareOrdinal(left.Id, right.Id));
        return apps;
    }

    public Task<bool> TryAddAsync(ExApp app, CancellationToken cancellationToken) =>
        ChangeAsync(
            AppTopics,
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO exapps (id, version, protected_secret, url, enabled, created_at)
                    VALUES ({app.Id}, {app.Version}, {app.ProtectedSecret}, {app.Url}, {app.Enabled},
                        {app.CreatedAt.ToUnixTimeMilliseconds()})
                    ON CONFLICT (id) DO NOTHING
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );

    public Task<bool> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        ChangeAsync(
            AppTopics,
            db =>
                db.ExApps.Where(app => app.Id == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(app => app.Enabled, enabled), CancellationToken.None),
            cancellationToken
        );

    public Task<bool> SetVersionAsync(string id, string version, CancellationToken cancellationToken) =>
        ChangeAsync(
            AppTopics,
            db =>
                db.ExApps.Where(app => app.Id == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(app => app.Version, version), CancellationToken.None),
            cancellationToken
        );

    public Task<bool> TrySetSecretAsync(string id, string before, string after, CancellationToken cancellationToken) =>
        ChangeAsync(
            AppTopics,
            db =>
                db.ExApps.Where(app => app.Id == id && app.ProtectedSecret == before)
                    .ExecuteUpdateAsync(set => set.SetProperty(app => app.ProtectedSecret, after), CancellationToken.None),
            cancellationToken
        );

    // Registrations are removed with their app by foreign key.
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(AppTopics, db => db.ExApps.Where(app => app.Id == id).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);

    public Task RegisterAsync(StoredRegistration registration, CancellationToken cancellationToken) =>
        ChangeAsync(
            RegistrationTopics,
            async db =>
            {
                var stored = await db
                    .Registrations.FromSql(
                        $"""
                        INSERT INTO provider_registrations (app_id, provider_id, display_name, task_type, provider, custom_task_type)
                        VALUES ({registration.AppId}, {registration.ProviderId}, {registration.DisplayName}, {registration.TaskType},
                            {registration.Provider}, {registration.CustomTaskType})
                        ON CONFLICT (app_id, provider_id) DO UPDATE SET display_name = excluded.display_name,
                            task_type = excluded.task_type, provider = excluded.provider, custom_task_type = excluded.custom_task_type
                        RETURNING *
                        """
                    )
                    .ToListAsync(CancellationToken.None);
                registration.Id = stored[0].Id;
                return stored.Count;
            },
            cancellationToken
        );

    public Task<bool> UnregisterAsync(string appId, string providerId, CancellationToken cancellationToken) =>
        ChangeAsync(
            RegistrationTopics,
            db =>
                db.Registrations.Where(registration => registration.AppId == appId && registration.ProviderId == providerId)
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public Task<StoredRegistration?> FindRegistrationAsync(string appId, string providerId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.Registrations.FirstOrDefaultAsync(
                    registration => registration.AppId == appId && registration.ProviderId == providerId,
                    cancellationToken
                ),
            cancellationToken
        );

    public async Task<IReadOnlyList<StoredRegistration>> ListEffectiveRegistrationsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.Registrations.Where(registration => db.ExApps.Any(app => app.Id == registration.AppId && app.Enabled))
                    .OrderBy(registration => registration.Id)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    private Task<bool> ChangeAsync(ChangeTopic[] topics, Func<TaskDbContext, Task<int>> change, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(database, topics, change, cancellationToken);
}
