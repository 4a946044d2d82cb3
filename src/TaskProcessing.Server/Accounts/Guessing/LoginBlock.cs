namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// The record of a block on guesses, by which operators list and lift it. The counts are an <see cref="IGuessCounter"/>'s.
/// </summary>
internal sealed class LoginBlock
{
    /// <summary>Given by the store.</summary>
    public long Id { get; set; }

    /// <summary>The process that refuses: machine and process id.</summary>
    public required string Server { get; init; }

    /// <summary>The address, as a network.</summary>
    public required string Network { get; init; }

    /// <summary>The name that was guessed for, or a <see cref="GuessedName"/>; null for all of the network's names.</summary>
    public string? Name { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>The time of the next allowed guess.</summary>
    public required DateTimeOffset EndsAt { get; init; }
}
