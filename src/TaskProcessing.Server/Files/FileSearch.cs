namespace TaskProcessing.Server.Files;

/// <summary>A search below a folder.</summary>
/// <param name="UserId">The owner of the files.</param>
/// <param name="Folder">The folder; it is not found itself.</param>
/// <param name="Path">The path of the folder.</param>
/// <param name="Limit">The largest number of results.</param>
internal sealed record FileSearch(string UserId, StoredFile Folder, FilePath Path, int Limit)
{
    /// <summary>The number of levels below the folder; 1 is its members.</summary>
    public int Depth { get; init; } = int.MaxValue;

    /// <summary>The one file or folder that can be meant; null when there may be others. It saves reading all of them.</summary>
    public long? Id { get; init; }

    public Func<StoredFile, bool> Matches { get; init; } = _ => true;

    /// <summary>The order of the results; null for the upper levels first.</summary>
    public Comparison<StoredFile>? Order { get; init; }

    /// <summary>The number of first results to leave out.</summary>
    public int Skip { get; init; }
}

/// <summary>A file or folder, and where it is.</summary>
internal sealed record FoundFile(StoredFile File, FilePath Path);
