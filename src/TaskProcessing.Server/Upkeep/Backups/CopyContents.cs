using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>Copies contents from one storage to another, and says how far it is.</summary>
internal static class CopyContents
{
    /// <summary>How many are copied at the same time: a disk is waited for after each.</summary>
    private const int AtOnce = 4;

    /// <summary>In how many steps progress is told.</summary>
    private const int Steps = 10;

    /// <param name="from">What has them.</param>
    /// <param name="to">What gets them, and has none of them yet.</param>
    /// <param name="wanted">Their keys and lengths.</param>
    /// <param name="say">Hears how far it is.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <returns>The keys of which there is nothing to copy.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(
        IBlobStore from,
        IBlobStore to,
        IReadOnlyDictionary<string, long> wanted,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        var gone = new List<string>();
        var told = new Lock();
        var (all, done, doneBytes, step) = (wanted.Values.Sum(), 0, 0L, 0);
        await Parallel.ForEachAsync(
            wanted,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (content, cancelled) =>
            {
                var (key, size) = content;
                var stream = await from.OpenAsync(key, 0, size, cancelled);
                if (stream is not null)
                {
                    await using (stream)
                        await to.WriteAsync(key, stream, cancelled);
                }

                lock (told)
                {
                    if (stream is null)
                        gone.Add(key);
                    done++;
                    doneBytes += size;
                    var reached = (int)(all == 0 ? (long)done * Steps / wanted.Count : doneBytes * Steps / all);
                    if (reached <= step && done < wanted.Count)
                        return;
                    step = reached;
                    say($"{done} of {wanted.Count} contents, {ByteSize.Of(doneBytes)} of {ByteSize.Of(all)}");
                }
            }
        );
        return gone;
    }
}
