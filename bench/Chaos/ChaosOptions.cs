namespace Chaos;

/// <summary>The options of a run.</summary>
internal sealed record ChaosOptions
{
    /// <summary>The task type that everything is about.</summary>
    public const string TaskType = "core:text2text";

    /// <summary>Short, so that tasks of dead workers come back soon; longer than a restart takes.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    public required string Server { get; init; }

    /// <summary>The number of servers on the database; more than one need PostgreSQL.</summary>
    public required int Nodes { get; init; }

    public required int Kills { get; init; }

    public required TimeSpan Pause { get; init; }

    public required int Clients { get; init; }

    public required int Workers { get; init; }

    /// <summary>Null for SQLite.</summary>
    public required string? PostgreSqlPrograms { get; init; }

    public required Sabotage Sabotage { get; init; }

    public required string Folder { get; init; }
}

/// <summary>Damage done on purpose: a verdict that cannot fail is worth nothing.</summary>
internal enum Sabotage
{
    None,

    /// <summary>Tasks that were accepted vanish.</summary>
    Lose,

    /// <summary>Tasks that a worker has are handed out again.</summary>
    Double,

    /// <summary>A result that was accepted is overwritten.</summary>
    Overwrite,

    /// <summary>A task that was called off is there as if it were not.</summary>
    Revive,

    /// <summary>No webhook is sent any more.</summary>
    Hush,

    /// <summary>Workers that lost a task name the claim after their own, as if the server did not tell them apart.</summary>
    Forge,
}
