namespace TaskProcessing.Server.Store.Copying;

/// <summary>What came of <see cref="CopyStore"/>.</summary>
internal abstract record CopyOutcome
{
    private CopyOutcome() { }

    /// <summary>Everything is in the target, and was compared.</summary>
    public sealed record Copied(int Tables, long Rows) : CopyOutcome;

    /// <summary>Copies go from SQLite to PostgreSQL only.</summary>
    public sealed record Unsupported(string Source, string Target) : CopyOutcome;

    /// <summary>Another process has the source open, and could write into it.</summary>
    public sealed record InUse(string Source) : CopyOutcome;

    /// <summary>The target has rows that are not of an unfinished copy.</summary>
    public sealed record Filled(string Target, IReadOnlyList<string> Tables) : CopyOutcome;

    /// <summary>Another version of the program began the copy.</summary>
    public sealed record OtherVersion(string Target) : CopyOutcome;

    /// <summary>Another program changed the target meanwhile.</summary>
    public sealed record Different(string Table) : CopyOutcome;
}
