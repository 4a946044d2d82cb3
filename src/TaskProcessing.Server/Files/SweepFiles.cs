using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Removes unused rows and contents: deleted files, abandoned uploads, result files that no task names, expired locks,
/// and contents without a file.
/// </summary>
internal sealed class SweepFiles(
    IFileSweep sweep,
    IFileLockStore locks,
    IBlobCatalogue catalogue,
    IBlobStore blobs,
    IOptions<FilesOptions> options,
    TimeProvider time
)
{
    /// <summary>The number of rows in one transaction; other writers get their turn in between.</summary>
    private const int BatchSize = 500;

    /// <summary>A schedule request checks its files a moment before it stores the task; the files must not vanish in between.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>A copy of a folder that has taken so long is one that died with its process.</summary>
    private static readonly TimeSpan LongestCopy = TimeSpan.FromHours(1);

    public async Task<SweepReport> RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var unfinishedBefore = now - TimeSpan.FromHours(options.Value.KeepUnfinishedHours);
        await locks.RemoveExpiredAsync(now, cancellationToken);
        await sweep.AbandonAsync(FileTree.Uploads, unfinishedBefore, now - Grace - Grace, cancellationToken);
        await sweep.AbandonAsync(FileTree.Copies, now - LongestCopy, now - Grace - Grace, cancellationToken);
        while (await sweep.DeleteRemainingAsync(cancellationToken) > 0) { }

        var files =
            await RepeatAsync(() => sweep.RemoveDeletedAsync(now - Grace, BatchSize, cancellationToken))
            + await RepeatAsync(() => sweep.RemoveUnnamedResultsAsync(unfinishedBefore, BatchSize, cancellationToken))
            + await RepeatAsync(() => sweep.RemoveReceivedAsync(unfinishedBefore, BatchSize, cancellationToken));
        return new SweepReport(files, await RepeatAsync(() => RemoveContentsAsync(unfinishedBefore, cancellationToken)));
    }

    /// <summary>The bytes go before their entry: should this be cut short, the next sweep does it again.</summary>
    private async Task<int> RemoveContentsAsync(DateTimeOffset pendingBefore, CancellationToken cancellationToken)
    {
        var unused = await catalogue.MarkUnusedAsync(pendingBefore, BatchSize, cancellationToken);
        foreach (var key in unused)
            await blobs.DeleteAsync(key, cancellationToken);
        if (unused.Count > 0)
            await catalogue.RemoveAsync(unused, cancellationToken);

        return unused.Count;
    }

    private static async Task<int> RepeatAsync(Func<Task<int>> remove)
    {
        var all = 0;
        int removed;
        do
        {
            removed = await remove();
            all += removed;
        } while (removed == BatchSize);

        return all;
    }
}

/// <summary>The numbers of files and contents that <see cref="SweepFiles"/> removed.</summary>
/// <param name="Files">Rows of files.</param>
/// <param name="Contents">Blobs.</param>
internal sealed record SweepReport(int Files, int Contents);
