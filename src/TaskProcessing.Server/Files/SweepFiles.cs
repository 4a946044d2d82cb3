using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Removes what nobody can miss: deleted files, uploads that nobody goes on with, results that no task names, expired locks, and contents without a file.</summary>
internal sealed class SweepFiles(
    IFileSweep sweep, IFileLockStore locks, IBlobCatalogue catalogue, IBlobStore blobs, IOptions<FilesOptions> options, TimeProvider time)
{
    /// <summary>How many rows go at once: other writers want their turn.</summary>
    private const int Batch = 500;

    /// <summary>Whoever schedules a task checks its files a moment before the task is there; until then they must not vanish.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public async Task<SweepReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var unfinishedBefore = now - TimeSpan.FromHours(options.Value.KeepUnfinishedHours);
        await locks.RemoveExpiredAsync(now, cancellationToken);
        await sweep.AbandonUploadsAsync(unfinishedBefore, now - Grace - Grace, cancellationToken);
        var files = await RepeatAsync(() => sweep.RemoveDeletedAsync(now - Grace, Batch, cancellationToken))
            + await RepeatAsync(() => sweep.RemoveUnnamedResultsAsync(unfinishedBefore, Batch, cancellationToken));
        return new SweepReport(files, await RepeatAsync(() => RemoveContentsAsync(unfinishedBefore, cancellationToken)));
    }

    /// <summary>The bytes go before their entry: should this be cut short, the next sweep does it again.</summary>
    private async Task<int> RemoveContentsAsync(DateTimeOffset pendingBefore, CancellationToken cancellationToken)
    {
        var doomed = await catalogue.DoomAsync(pendingBefore, Batch, cancellationToken);
        foreach (var key in doomed)
            await blobs.DeleteAsync(key, cancellationToken);
        if (doomed.Count > 0)
            await catalogue.RemoveAsync(doomed, cancellationToken);

        return doomed.Count;
    }

    private static async Task<int> RepeatAsync(Func<Task<int>> remove)
    {
        var all = 0;
        int removed;
        do
        {
            removed = await remove();
            all += removed;
        }
        while (removed == Batch);

        return all;
    }
}

/// <summary>What <see cref="SweepFiles"/> removed.</summary>
/// <param name="Files">Rows of files.</param>
/// <param name="Contents">Blobs.</param>
internal sealed record SweepReport(int Files, int Contents);
