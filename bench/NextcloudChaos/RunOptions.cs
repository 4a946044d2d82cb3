namespace NextcloudChaos;

/// <summary>The options of a run.</summary>
internal sealed record RunOptions
{
    public required string Server { get; init; }

    public required string Folder { get; init; }

    public required int Kills { get; init; }

    public required TimeSpan Pause { get; init; }

    /// <summary>The share of calls between servers and Nextclouds that get lost.</summary>
    public required double Loss { get; init; }

    /// <summary>Null for SQLite.</summary>
    public required string? PostgreSqlPrograms { get; init; }

    public required int Nodes { get; init; }

    public required Sabotage Sabotage { get; init; }
}

/// <summary>Damage done on purpose: a verdict that cannot fail is worth nothing.</summary>
internal enum Sabotage
{
    None,

    /// <summary>A result is told a second time.</summary>
    Twice,

    /// <summary>A task is claimed by somebody who does nothing with it.</summary>
    Steal,
}
