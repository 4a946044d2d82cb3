using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Upkeep;

/// <remarks>
/// Times that are only shown, or that only last longer when the clock goes back (idempotency keys, deleted files,
/// retention), are left unchanged. Durations within a process are measured by a monotonic clock.
/// </remarks>
internal sealed class StoredTimes(Database database) : IStoredTimes
{
    /// <summary>Several servers' clocks may differ by as much.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>Each takes the time, in milliseconds since 1970, and the latest one that another server may have now.</summary>
    private static readonly Func<long, long, FormattableString>[] Corrections =
    [
        (at, latest) =>
            $"""
                UPDATE tasks SET lease_until = {at}
                WHERE status = 2 AND lease_until > {latest} AND lease_until - 1000 * CAST(lease_seconds AS bigint) > {latest}
                """,
        (at, latest) => $"UPDATE tasks SET not_before = {at} WHERE not_before > {at} AND last_updated > {latest}",
        (at, latest) =>
            $"""
                UPDATE webhook_deliveries SET next_attempt_at = {at}
                WHERE next_attempt_at > {latest + Milliseconds(RetryTerms.LongestPause)}
                """,
        (at, latest) => $"UPDATE file_locks SET expires_at = {at} WHERE expires_at > {latest + Milliseconds(FileLock.LongestLife)}",
        (at, latest) => $"UPDATE exapp_statuses SET driver_until = {at} WHERE driver_until > {latest + Milliseconds(ExAppLifeCycle.Lease)}",
        (at, latest) => $"UPDATE exapp_statuses SET stage_since = {at} WHERE stage_since > {latest}",
        (at, latest) => $"UPDATE exapp_statuses SET seen_at = {at} WHERE seen_at > {latest}",
    ];

    public async Task<int> CorrectAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var corrected = 0;
        foreach (var correction in Corrections)
            corrected += await database.WriteAsync(
                db =>
                {
                    // Read now: the wait for the turn to write, or a machine that slept, would make leases look as if of the future.
                    var at = time.GetUtcNow().ToUnixTimeMilliseconds();
                    return db.Database.ExecuteSqlAsync(correction(at, at + Milliseconds(Tolerance)), CancellationToken.None);
                },
                cancellationToken
            );
        return corrected;
    }

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
