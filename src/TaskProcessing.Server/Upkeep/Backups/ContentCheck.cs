using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>Compares what a database names with what a storage has.</summary>
internal static class ContentCheck
{
    /// <returns>The keys that are missing, or of another length than they should be.</returns>
    public static async Task<IReadOnlyList<string>> ListWrongAsync(
        IBlobStore blobs,
        IReadOnlyDictionary<string, long> wanted,
        CancellationToken cancellationToken
    )
    {
        var right = new HashSet<string>();
        await foreach (var blob in blobs.ListAsync(cancellationToken))
        {
            if (wanted.TryGetValue(blob.Key, out var size) && size == blob.Size)
                right.Add(blob.Key);
        }

        return [.. wanted.Keys.Where(key => !right.Contains(key)).Order(StringComparer.Ordinal)];
    }
}
