using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Store.Apps;

internal sealed class ExAppStatusStore(Database database) : IExAppStatusStore
{
    public async Task<ExAppStatus> GetAsync(string appId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db => db.ExAppStatuses.FirstOrDefaultAsync(status => status.AppId == appId, cancellationToken),
            cancellationToken
        ) ?? new ExAppStatus { AppId = appId };

    public async Task<IReadOnlyList<ExAppStatus>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(db => db.ExAppStatuses.ToListAsync(cancellationToken), cancellationToken);

    public Task<bool> TryDriveAsync(
        string appId,
        string driver,
        DateTimeOffset now,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            async db =>
            {
                await EnsureAsync(db, appId);
                return await Row(db, appId)
                        .Where(status => status.Driver == null || status.Driver == driver || status.DriverUntil < now)
                        .ExecuteUpdateAsync(
                            set => set.SetProperty(status => status.Driver, driver).SetProperty(status => status.DriverUntil, until),
                            CancellationToken.None
                        ) == 1;
            },
            cancellationToken
        );

    public Task ReleaseAsync(string appId, string driver, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, appId)
                    .Where(status => status.Driver == driver)
                    .ExecuteUpdateAsync(set => set.SetProperty(status => status.Driver, (string?)null), CancellationToken.None),
            cancellationToken
        );

    public Task<bool> TryMoveAsync(
        string appId,
        ExAppStage from,
        ExAppStage to,
        string? problem,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            async db =>
            {
                await EnsureAsync(db, appId);
                return await Row(db, appId)
                        .Where(status => status.Stage == from)
                        .ExecuteUpdateAsync(
                            set =>
                                set.SetProperty(status => status.Stage, to)
                                    .SetProperty(status => status.StageSince, now)
                                    .SetProperty(status => status.Problem, problem)
                                    .SetProperty(
                                        status => status.InitProgress,
                                        status => to == ExAppStage.Initialising ? null : status.InitProgress
                                    ),
                            CancellationToken.None
                        ) == 1;
            },
            cancellationToken
        );

    public Task SetProblemAsync(string appId, ExAppStage stage, string? problem, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, appId)
                    .Where(status => status.Stage == stage)
                    .ExecuteUpdateAsync(set => set.SetProperty(status => status.Problem, problem), CancellationToken.None),
            cancellationToken
        );

    public Task BeginInitAsync(string appId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                Row(db, appId)
                    .Where(status => status.InitProgress == null)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(status => status.InitProgress, 0).SetProperty(status => status.StageSince, now),
                        CancellationToken.None
                    ),
            cancellationToken
        );

    public Task ReportInitAsync(string appId, InitReport report, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
            {
                var failed = report.Error is not null;
                await EnsureAsync(db, appId);
                return await Row(db, appId)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(status => status.InitProgress, report.Progress)
                                .SetProperty(status => status.InitVersion, status => report.DoneVersion ?? status.InitVersion)
                                .SetProperty(status => status.Problem, report.Error)
                                .SetProperty(status => status.StageSince, now)
                                .SetProperty(
                                    status => status.Stage,
                                    status =>
                                        failed && (status.Stage == ExAppStage.Starting || status.Stage == ExAppStage.Initialising)
                                            ? ExAppStage.Failed
                                        : !failed && status.Stage == ExAppStage.Failed ? ExAppStage.Initialising
                                        : status.Stage
                                ),
                        CancellationToken.None
                    );
            },
            cancellationToken
        );

    public Task SaveSignsAsync(IReadOnlyCollection<ExAppSigns> signs, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                foreach (var sign in signs)
                {
                    await EnsureAsync(db, sign.AppId);
                    await Row(db, sign.AppId)
                        .ExecuteUpdateAsync(
                            set =>
                                set.SetProperty(status => status.SeenAt, status => sign.SeenAt ?? status.SeenAt)
                                    .SetProperty(status => status.PolledAt, status => sign.PolledAt ?? status.PolledAt)
                                    .SetProperty(status => status.SeenVersion, status => sign.Version ?? status.SeenVersion)
                                    .SetProperty(status => status.RefusedAt, status => sign.RefusedAt ?? status.RefusedAt)
                                    .SetProperty(status => status.Refusal, status => sign.Refusal ?? status.Refusal),
                            CancellationToken.None
                        );
                }

                return signs.Count;
            },
            cancellationToken
        );

    private static IQueryable<ExAppStatus> Row(TaskDbContext db, string appId) => db.ExAppStatuses.Where(status => status.AppId == appId);

    private static Task<int> EnsureAsync(TaskDbContext db, string appId) =>
        db.Database.ExecuteSqlAsync(
            $"INSERT INTO exapp_statuses (app_id, stage) SELECT id, 0 FROM exapps WHERE id = {appId} ON CONFLICT (app_id) DO NOTHING",
            CancellationToken.None
        );
}
