namespace Soak;

/// <summary>The options of a run.</summary>
internal sealed record SoakOptions
{
    public required string Server { get; init; }

    /// <summary>How long the load lasts, after a first half minute that warms the server up.</summary>
    public required TimeSpan Load { get; init; }

    /// <summary>Scenes in a second.</summary>
    public required double Rate { get; init; }

    public required int Restarts { get; init; }

    /// <summary>Null for SQLite.</summary>
    public required string? PostgreSqlPrograms { get; init; }

    public required Sabotage Sabotage { get; init; }

    public required string Folder { get; init; }

    /// <summary>The directory of documents to write the figures into; null for none.</summary>
    public required string? Documents { get; init; }
}

/// <summary>Growth on purpose: a verdict that cannot fail is worth nothing.</summary>
internal enum Sabotage
{
    None,

    /// <summary>Ended tasks are kept for ever.</summary>
    Rows,

    /// <summary>Connections are opened and never closed.</summary>
    Handles,
}
