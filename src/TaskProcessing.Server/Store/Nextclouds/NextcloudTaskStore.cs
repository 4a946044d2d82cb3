using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Store.Nextclouds;

internal sealed class NextcloudTaskStore(Database database) : INextcloudTaskStore
{
    public Task<IReadOnlyList<NextcloudTask>> AddAsync(IReadOnlyList<NextcloudTask> tasks, CancellationToken cancellationToken) =>
        database.TransactAsync<IReadOnlyList<NextcloudTask>>(
            async db =>
            {
                var (nextcloudId, remoteIds) = (tasks[0].NextcloudId, tasks.Select(task => task.RemoteId).ToList());
                await Hold(db, nextcloudId)
                    .ExecuteUpdateAsync(set => set.SetProperty(hold => hold.AskedAt, (DateTimeOffset?)null), CancellationToken.None);
                var same = db.NextcloudTasks.Where(known => known.NextcloudId == nextcloudId && remoteIds.Contains(known.RemoteId));
                await same.Where(known => known.State == NextcloudTaskState.Ended).ExecuteDeleteAsync(CancellationToken.None);
                var known = await same.Select(task => task.RemoteId).ToListAsync(CancellationToken.None);
                List<NextcloudTask> added = [.. tasks.Where(task => !known.Contains(task.RemoteId)).DistinctBy(task => task.RemoteId)];
                db.AddRange(added);
                await db.SaveChangesAsync(CancellationToken.None);
                return added;
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<NextcloudTask>> ListUnfinishedAsync(string nextcloudId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.NextcloudTasks.Where(task => task.NextcloudId == nextcloudId && task.State != NextcloudTaskState.Ended)
                    .OrderBy(task => task.Id)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public async Task<IReadOnlyList<NextcloudTask>> ListAsync(
        string nextcloudId,
        IReadOnlyCollection<long> remoteIds,
        CancellationToken cancellationToken
    ) =>
        await database.ReadAsync(
            db =>
                db.NextcloudTasks.Where(task => task.NextcloudId == nextcloudId && remoteIds.Contains(task.RemoteId))
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public async Task<IReadOnlyList<string>> ListUsersAsync(string nextcloudId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.NextcloudTasks.Where(task => task.NextcloudId == nextcloudId && task.RemoteUser != null)
                    .GroupBy(task => task.RemoteUser!)
                    .OrderByDescending(tasks => tasks.Max(task => task.Id))
                    .Select(tasks => tasks.Key)
                    .Take(limit)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public async Task<IReadOnlyList<NextcloudTaskCount>> CountAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.NextcloudTasks.Where(task => task.State != NextcloudTaskState.Ended)
                    .GroupBy(task => new { task.NextcloudId, task.State })
                    .Select(tasks => new NextcloudTaskCount(tasks.Key.NextcloudId, tasks.Key.State, tasks.Count()))
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<bool> TrySaveInputAsync(long id, string holder, string localInput, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            holder,
            task => task.State == NextcloudTaskState.Claimed,
            set => set.SetProperty(task => task.LocalInput, localInput),
            cancellationToken
        );

    public Task<bool> TryScheduledAsync(long id, string holder, long taskId, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            holder,
            task => task.State == NextcloudTaskState.Claimed,
            set =>
                set.SetProperty(task => task.State, NextcloudTaskState.Scheduled)
                    .SetProperty(task => task.TaskId, taskId)
                    .SetProperty(task => task.Tries, 0)
                    .SetProperty(task => task.Problem, (string?)null),
            cancellationToken
        );

    public Task<bool> TryFinishingAsync(
        long id,
        string holder,
        NextcloudFailure? failure,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        TryAsync(
            id,
            holder,
            task => task.State == NextcloudTaskState.Claimed || task.State == NextcloudTaskState.Scheduled,
            set =>
                set.SetProperty(task => task.State, NextcloudTaskState.Finishing)
                    .SetProperty(task => task.Failure, failure == null ? null : failure.Message)
                    .SetProperty(task => task.ShownFailure, failure == null ? null : failure.Shown)
                    .SetProperty(task => task.ResultSince, now)
                    .SetProperty(task => task.Tries, 0)
                    .SetProperty(task => task.Problem, (string?)null),
            cancellationToken
        );

    public Task<bool> TryFailInsteadAsync(long id, string holder, NextcloudFailure failure, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            holder,
            task => task.State == NextcloudTaskState.Finishing,
            set =>
                set.SetProperty(task => task.Failure, failure.Message)
                    .SetProperty(task => task.ShownFailure, failure.Shown)
                    .SetProperty(task => task.Tries, 0),
            cancellationToken
        );

    public Task<bool> TrySaveUploadsAsync(long id, string holder, string uploads, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            holder,
            task => task.State == NextcloudTaskState.Finishing,
            set => set.SetProperty(task => task.Uploads, uploads),
            cancellationToken
        );

    public Task<bool> TryNoteProblemAsync(long id, string holder, int tries, string? problem, CancellationToken cancellationToken) =>
        TryAsync(
            id,
            holder,
            task => task.State != NextcloudTaskState.Ended,
            set => set.SetProperty(task => task.Tries, tries).SetProperty(task => task.Problem, problem),
            cancellationToken
        );

    public Task<bool> TryEndAsync(long id, string holder, NextcloudTaskEnd end, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                var ended = await Held(db, id, holder)
                    .Where(task => task.State != NextcloudTaskState.Ended)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(task => task.State, NextcloudTaskState.Ended)
                                .SetProperty(task => task.End, end)
                                .SetProperty(task => task.EndedAt, now)
                                .SetProperty(task => task.Input, "")
                                .SetProperty(task => task.LocalInput, (string?)null)
                                .SetProperty(task => task.Uploads, (string?)null),
                        CancellationToken.None
                    );
                if (ended == 0)
                    return false;

                await db
                    .Files.Where(file => db.NextcloudTasks.Any(task => task.Id == id && task.TaskId == file.TaskId))
                    .ExecuteDeleteAsync(CancellationToken.None);
                return true;
            },
            cancellationToken
        );

    public Task<int> RemoveEndedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.NextcloudTasks.Where(task => task.EndedAt < before && !db.Tasks.Any(local => local.Id == task.TaskId))
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public Task<NextcloudHold?> FindHoldAsync(string nextcloudId, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Hold(db, nextcloudId).FirstOrDefaultAsync(cancellationToken), cancellationToken);

    /// <remarks>A poll that the last holder noted no answer of counts as unanswered, in the same statement.</remarks>
    public async Task<bool> TryHoldAsync(
        string nextcloudId,
        string holder,
        NextcloudHold? seen,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO nextcloud_holds AS held (nextcloud_id, holder, beat, asked, unanswered)
                    VALUES ({nextcloudId}, {holder}, 0, 0, 0)
                    ON CONFLICT (nextcloud_id) DO UPDATE SET
                        holder = excluded.holder,
                        beat = held.beat + 1,
                        unanswered = held.unanswered + CASE WHEN held.asked_at IS NULL THEN 0 ELSE held.asked END,
                        unanswered_since = COALESCE(held.unanswered_since, held.asked_at),
                        unanswered_until = CASE WHEN held.asked_at IS NULL THEN held.unanswered_until
                            ELSE {now.ToUnixTimeMilliseconds()} END,
                        asked_at = NULL
                    WHERE held.holder IS NULL OR held.beat = {seen?.Beat ?? -1}
                    """,
                    CancellationToken.None
                ),
            cancellationToken
        ) > 0;

    public Task<bool> TryBeatAsync(string nextcloudId, string holder, CancellationToken cancellationToken) =>
        TryAsync(nextcloudId, holder, set => set.SetProperty(hold => hold.Beat, hold => hold.Beat + 1), cancellationToken);

    public Task<bool> TryBeginPollAsync(
        string nextcloudId,
        string holder,
        int asked,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        TryAsync(
            nextcloudId,
            holder,
            set =>
                set.SetProperty(hold => hold.Beat, hold => hold.Beat + 1)
                    .SetProperty(hold => hold.Asked, asked)
                    .SetProperty(hold => hold.AskedAt, now),
            cancellationToken
        );

    public Task EndPollAsync(string nextcloudId, string holder, CancellationToken cancellationToken) =>
        TryAsync(nextcloudId, holder, set => set.SetProperty(hold => hold.AskedAt, (DateTimeOffset?)null), cancellationToken);

    public Task LosePollAsync(string nextcloudId, string holder, DateTimeOffset now, CancellationToken cancellationToken) =>
        TryAsync(
            nextcloudId,
            holder,
            set =>
                set.SetProperty(hold => hold.Unanswered, hold => hold.Unanswered + hold.Asked)
                    .SetProperty(hold => hold.UnansweredSince, hold => hold.UnansweredSince ?? hold.AskedAt)
                    .SetProperty(hold => hold.UnansweredUntil, now)
                    .SetProperty(hold => hold.AskedAt, (DateTimeOffset?)null),
            cancellationToken
        );

    public Task ForgetUnansweredAsync(string nextcloudId, string holder, CancellationToken cancellationToken) =>
        TryAsync(
            nextcloudId,
            holder,
            set =>
                set.SetProperty(hold => hold.Unanswered, 0)
                    .SetProperty(hold => hold.UnansweredSince, (DateTimeOffset?)null)
                    .SetProperty(hold => hold.UnansweredUntil, (DateTimeOffset?)null),
            cancellationToken
        );

    public Task ReleaseAsync(string nextcloudId, string holder, CancellationToken cancellationToken) =>
        TryAsync(nextcloudId, holder, set => set.SetProperty(hold => hold.Holder, (string?)null), cancellationToken);

    public Task RemoveAsync(string nextcloudId, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
                await db.NextcloudTasks.Where(task => task.NextcloudId == nextcloudId).ExecuteDeleteAsync(CancellationToken.None)
                + await Hold(db, nextcloudId).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    private static IQueryable<NextcloudHold> Hold(TaskDbContext db, string nextcloudId) =>
        db.NextcloudHolds.Where(hold => hold.NextcloudId == nextcloudId);

    /// <summary>The task, as long as the process holds its connection.</summary>
    private static IQueryable<NextcloudTask> Held(TaskDbContext db, long id, string holder) =>
        db.NextcloudTasks.Where(task =>
            task.Id == id && db.NextcloudHolds.Any(hold => hold.NextcloudId == task.NextcloudId && hold.Holder == holder)
        );

    private async Task<bool> TryAsync(
        long id,
        string holder,
        Expression<Func<NextcloudTask, bool>> guard,
        Action<UpdateSettersBuilder<NextcloudTask>> set,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            db => Held(db, id, holder).Where(guard).ExecuteUpdateAsync(set, CancellationToken.None),
            cancellationToken
        ) > 0;

    private async Task<bool> TryAsync(
        string nextcloudId,
        string holder,
        Action<UpdateSettersBuilder<NextcloudHold>> set,
        CancellationToken cancellationToken
    ) =>
        await database.WriteAsync(
            db => Hold(db, nextcloudId).Where(hold => hold.Holder == holder).ExecuteUpdateAsync(set, CancellationToken.None),
            cancellationToken
        ) > 0;
}
