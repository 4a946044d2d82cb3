using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Compares the catalogue with the blob store, and repairs differences if asked to. Both may change meanwhile. So the
/// required blobs are read before the store is listed, and the allowed blobs after it.
/// </summary>
internal sealed class CheckFiles(IBlobStore blobs, IBlobCatalogue catalogue, IFileSweep sweep)
{
    /// <param name="repair">
    /// True to remove stray contents and lost files. Nothing is removed when the store has none of the contents: then it
    /// is the wrong store.
    /// </param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<FileCheckReport> RunAsync(bool repair, CancellationToken cancellationToken)
    {
        var wanted = await catalogue.ListKeptAsync(cancellationToken);
        var found = new Dictionary<string, long>();
        await foreach (var blob in blobs.ListAsync(cancellationToken))
            found[blob.Key] = blob.Size;

        var entered = await catalogue.ListAsync(cancellationToken);
        var report = new FileCheckReport
        {
            Location = blobs.Location,
            Contents = found.Count,
            Bytes = found.Values.Sum(),
            Stray = [.. found.Keys.Where(key => !entered.Contains(key)).Order(StringComparer.Ordinal)],
            Lost = await StillWantedAsync(wanted.Keys.Where(key => !found.ContainsKey(key)), cancellationToken),
            Damaged =
            [
                .. wanted
                    .Where(blob => found.TryGetValue(blob.Key, out var size) && size != blob.Value)
                    .Select(blob => blob.Key)
                    .Order(StringComparer.Ordinal),
            ],
            LooksWrong = wanted.Count > 0 && !wanted.Keys.Any(found.ContainsKey),
        };
        if (!repair || report.LooksWrong)
            return report;

        foreach (var key in report.Stray)
            await blobs.DeleteAsync(key, cancellationToken);
        return report with { Repaired = true, FilesRemoved = await sweep.RemoveLostAsync(report.Lost, cancellationToken) };
    }

    private async Task<IReadOnlyList<string>> StillWantedAsync(IEnumerable<string> missing, CancellationToken cancellationToken)
    {
        var candidates = missing.Order(StringComparer.Ordinal).ToList();
        if (candidates.Count == 0)
            return [];

        var wanted = await catalogue.ListKeptAsync(cancellationToken);
        return candidates.FindAll(wanted.ContainsKey);
    }
}

/// <summary>The differences between catalogue and blob store.</summary>
internal sealed record FileCheckReport
{
    /// <summary>The place of the contents.</summary>
    public required string Location { get; init; }

    /// <summary>The number of contents.</summary>
    public required int Contents { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Contents that the catalogue does not know.</summary>
    public required IReadOnlyList<string> Stray { get; init; }

    /// <summary>Contents of files that are not there.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Contents that are not as long as their files.</summary>
    public required IReadOnlyList<string> Damaged { get; init; }

    /// <summary>The catalogue has files, but not one of their contents is there: a disk that is not mounted, or another bucket.</summary>
    public required bool LooksWrong { get; init; }

    /// <summary>True when stray contents and lost files were removed.</summary>
    public bool Repaired { get; init; }

    /// <summary>The number of files that were removed with their lost contents.</summary>
    public int FilesRemoved { get; init; }

    public bool IsGood => Stray.Count + Lost.Count + Damaged.Count == 0;
}
