using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Store.Nextclouds;

internal sealed class NextcloudStore(Database database) : INextcloudStore
{
    private static readonly ChangeTopic[] Topics = [ChangeTopic.Nextclouds];

    public Task<Nextcloud?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Nextclouds.FirstOrDefaultAsync(one => one.Id == id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<Nextcloud>> ListAsync(CancellationToken cancellationToken)
    {
        var connections = await database.ReadAsync(db => db.Nextclouds.ToListAsync(cancellationToken), cancellationToken);
        // Sorted here: databases differ in how they order letters.
        connections.Sort((left, right) => string.CompareOrdinal(left.Id, right.Id));
        return connections;
    }

    public async Task<IReadOnlyList<NextcloudLoad>> ListLoadAsync(CancellationToken cancellationToken)
    {
        var counts = await database.ReadAsync(
            db =>
                (
                    from claimed in db.NextcloudTasks
                    where claimed.State != NextcloudTaskState.Ended
                    let isRunning = db.Tasks.Any(task => task.Id == claimed.TaskId && task.Status == ProcessingStatus.Running)
                    group claimed by new
                    {
                        claimed.NextcloudId,
                        IsFinishing = claimed.State == NextcloudTaskState.Finishing,
                        isRunning,
                    } into same
                    select new
                    {
                        same.Key,
                        Count = same.Count(),
                        ResultSince = same.Min(claimed => claimed.ResultSince),
                    }
                ).ToListAsync(cancellationToken),
            cancellationToken
        );
        return
        [
            .. counts
                .GroupBy(count => count.Key.NextcloudId)
                .OrderBy(connection => connection.Key, StringComparer.Ordinal)
                .Select(connection => new NextcloudLoad(
                    connection.Key,
                    connection.Where(count => !count.Key.IsFinishing && !count.Key.isRunning).Sum(count => count.Count),
                    connection.Where(count => !count.Key.IsFinishing && count.Key.isRunning).Sum(count => count.Count),
                    connection.Where(count => count.Key.IsFinishing).Sum(count => count.Count),
                    connection.Min(count => count.ResultSince)
                )),
        ];
    }

    public Task<bool> TryAddAsync(Nextcloud connection, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO nextclouds (id, url, app_id, app_version, protected_secret, enabled, types, max_running,
                        upload_by_web_dav, from_settings, created_at, trouble)
                    VALUES ({connection.Id}, {connection.Url}, {connection.AppId}, {connection.AppVersion},
                        {connection.ProtectedSecret}, {connection.Enabled}, {connection.Types}, {connection.MaxRunning},
                        {connection.UploadByWebDav}, {connection.FromSettings}, {connection.CreatedAt.ToUnixTimeMilliseconds()}, 0)
                    ON CONFLICT (id) DO NOTHING
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        );

    public Task PutConfiguredAsync(IReadOnlyCollection<Nextcloud> connections, CancellationToken cancellationToken) =>
        ChangeAsync(
            async db =>
            {
                var named = connections.Select(connection => connection.Id).ToList();
                var changed = await db
                    .Nextclouds.Where(one => one.FromSettings && one.Enabled && !named.Contains(one.Id))
                    .ExecuteUpdateAsync(set => set.SetProperty(one => one.Enabled, false), CancellationToken.None);
                // In the order of their ids, so that two servers never wait for each other crosswise.
                foreach (var connection in connections.OrderBy(connection => connection.Id, StringComparer.Ordinal))
                    changed += await PutAsync(db, connection);
                return changed;
            },
            cancellationToken
        );

    public Task<bool> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        ChangeAsync(
            db => Row(db, id).ExecuteUpdateAsync(set => set.SetProperty(one => one.Enabled, enabled), CancellationToken.None),
            cancellationToken
        );

    public Task<bool> SetSecretAsync(string id, string protectedSecret, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
                Row(db, id)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(one => one.ProtectedSecret, protectedSecret)
                                .SetProperty(one => one.EnabledThere, (bool?)null)
                                .SetProperty(one => one.Offered, (string?)null)
                                .SetProperty(one => one.OfferedAt, (DateTimeOffset?)null)
                                .SetProperty(one => one.Trouble, NextcloudTrouble.None)
                                .SetProperty(one => one.Problem, (string?)null)
                                .SetProperty(one => one.ProblemSince, (DateTimeOffset?)null)
                                .SetProperty(one => one.ProblemUntil, (DateTimeOffset?)null),
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public Task<bool> SetEnabledThereAsync(string id, bool enabled, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset? since = enabled ? null : now;
        return ChangeAsync(
            db =>
                Row(db, id)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(one => one.EnabledThere, enabled)
                                .SetProperty(one => one.OfferedAt, (DateTimeOffset?)null)
                                .SetProperty(one => one.ContactAt, now)
                                .SetProperty(one => one.Trouble, enabled ? NextcloudTrouble.None : NextcloudTrouble.NotEnabled)
                                .SetProperty(one => one.Problem, enabled ? null : NextcloudTroubles.DisabledThere)
                                .SetProperty(one => one.ProblemSince, since)
                                .SetProperty(one => one.ProblemUntil, (DateTimeOffset?)null),
                        CancellationToken.None
                    ),
            cancellationToken
        );
    }

    public Task SetOfferedAsync(string id, string? types, DateTimeOffset? offeredAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, id)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(one => one.Offered, types).SetProperty(one => one.OfferedAt, offeredAt),
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public Task NoteRefusedUploadAsync(string id, long bytes, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, id)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(one => one.RefusedUploadBytes, bytes).SetProperty(one => one.RefusedUploadAt, now),
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public Task NoteContactAsync(string id, NextcloudContact contact, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, id)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(one => one.ContactAt, one => contact.WasReached ? now : one.ContactAt)
                                .SetProperty(one => one.ServerVersion, one => contact.ServerVersion ?? one.ServerVersion)
                                .SetProperty(
                                    one => one.ProblemSince,
                                    one =>
                                        contact.Trouble == NextcloudTrouble.None ? null
                                        : one.Trouble == contact.Trouble ? one.ProblemSince
                                        : now
                                )
                                .SetProperty(one => one.Trouble, contact.Trouble)
                                .SetProperty(one => one.Problem, contact.Problem)
                                .SetProperty(one => one.ProblemUntil, contact.Until),
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(db => Row(db, id).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);

    /// <summary>Changes nothing, and counts for nothing, when the row is as the settings say; a command's connection is let be.</summary>
    private static Task<int> PutAsync(TaskDbContext db, Nextcloud connection) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO nextclouds (id, url, app_id, app_version, protected_secret, enabled, types, max_running,
                upload_by_web_dav, from_settings, created_at, trouble)
            VALUES ({connection.Id}, {connection.Url}, {connection.AppId}, {connection.AppVersion},
                {connection.ProtectedSecret}, {connection.Enabled}, {connection.Types}, {connection.MaxRunning},
                {connection.UploadByWebDav}, {true}, {connection.CreatedAt.ToUnixTimeMilliseconds()}, 0)
            ON CONFLICT (id) DO UPDATE SET url = excluded.url, app_id = excluded.app_id, app_version = excluded.app_version,
                protected_secret = excluded.protected_secret, enabled = excluded.enabled, types = excluded.types,
                max_running = excluded.max_running, upload_by_web_dav = excluded.upload_by_web_dav
            WHERE nextclouds.from_settings
            """,
            CancellationToken.None
        );

    private static IQueryable<Nextcloud> Row(TaskDbContext db, string id) => db.Nextclouds.Where(one => one.Id == id);

    private Task<bool> ChangeAsync(Func<TaskDbContext, Task<int>> change, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(database, Topics, change, cancellationToken);
}
