using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Stores a trial content, and looks for some of those that must be there: the oldest and the newest.</summary>
internal sealed class SampleContents(IBlobStore blobs, IBlobCatalogue catalogue, TrialContent trial)
{
    /// <exception cref="BlobStoreUnavailableException">The storage cannot be used.</exception>
    public async Task<SampleReport> RunAsync(int count, CancellationToken cancellationToken)
    {
        await trial.RunAsync(cancellationToken);
        return await LookAsync(count, cancellationToken);
    }

    /// <summary>Without the trial content.</summary>
    /// <exception cref="BlobStoreUnavailableException">The storage cannot be used.</exception>
    public async Task<SampleReport> LookAsync(int count, CancellationToken cancellationToken)
    {
        var sample = await catalogue.SampleKeptAsync(count, cancellationToken);
        var wrong = new List<string>();
        foreach (var (key, size) in sample)
        {
            if (!await IsThereAsync(key, size, cancellationToken))
                wrong.Add(key);
        }

        // What is missing may have been removed since.
        var kept = wrong.Count == 0 ? sample : await catalogue.ListKeptAsync(cancellationToken);
        return new SampleReport(blobs.Location, sample.Count, wrong.FindAll(kept.ContainsKey));
    }

    /// <summary>Reads the last byte.</summary>
    private async Task<bool> IsThereAsync(string key, long size, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenAsync(key, Math.Max(0, size - 1), Math.Min(1, size), cancellationToken);
        return content is not null && (size == 0 || await content.ReadAsync(new byte[1], cancellationToken) == 1);
    }
}

/// <summary>What <see cref="SampleContents"/> found.</summary>
/// <param name="Location">Where the contents are.</param>
/// <param name="Looked">How many were looked for.</param>
/// <param name="Wrong">Those that are missing or too short.</param>
internal sealed record SampleReport(string Location, int Looked, IReadOnlyList<string> Wrong);
