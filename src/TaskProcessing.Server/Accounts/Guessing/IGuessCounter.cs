namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Counts wrong logins for each network and name, for all servers on the database together, and computes the time of a block. A right
/// login does not clear the counts: behind a shared address it may be another person's. Safe for concurrent use.
/// </summary>
internal interface IGuessCounter
{
    /// <summary>True when the counts outlive this process, and other processes count with it.</summary>
    bool IsShared { get; }

    /// <summary>
    /// The time until an unknown secret may be tried for the name from the network, as far as this process knows without asking; null
    /// when it may be tried now.
    /// </summary>
    /// <param name="network">The caller's network.</param>
    /// <param name="name">A login name's key or a <see cref="GuessedName"/>.</param>
    /// <param name="countsOtherNames">True when failures of the network with other names count too.</param>
    TimeSpan? Wait(string network, string name, bool countsOtherNames);

    /// <summary>
    /// Counts a login as wrong before it is verified, so that parallel guesses gain nothing. <see cref="RightAsync"/> or
    /// <see cref="WrongAsync"/> follows.
    /// </summary>
    /// <returns>Null when it may be verified; else the time until one may be, and nothing was counted.</returns>
    ValueTask<TimeSpan?> TryBeginAsync(string network, string name, bool countsOtherNames, CancellationToken cancellationToken);

    /// <summary>The login that was begun was right, or could not be verified: its count is taken back.</summary>
    ValueTask RightAsync(string network, string name, CancellationToken cancellationToken);

    /// <summary>The login that was begun was wrong.</summary>
    ValueTask WrongAsync(string network, string name, CancellationToken cancellationToken);

    /// <summary>Counts a wrong login that was not begun, unless its name is blocked already.</summary>
    async ValueTask FailedAsync(string network, string name, CancellationToken cancellationToken)
    {
        if (await TryBeginAsync(network, name, countsOtherNames: false, cancellationToken) is null)
            await WrongAsync(network, name, cancellationToken);
    }

    /// <summary>Ends a block, and removes its counts.</summary>
    Task LiftAsync(string network, string? name, CancellationToken cancellationToken);

    /// <summary>Drops what this process remembers of counts that are kept elsewhere: some were changed.</summary>
    void Forget();

    /// <summary>Removes counts that are older than the period.</summary>
    Task SweepAsync(CancellationToken cancellationToken);

    /// <summary>The blocks that began in this process since the last call.</summary>
    IReadOnlyList<BegunBlock> TakeBegun();

    /// <summary>For blocks that were taken and could not be written down.</summary>
    void PutBack(IEnumerable<BegunBlock> blocks);
}

/// <summary>A block that has begun in this process.</summary>
internal sealed record BegunBlock(string Network, string? Name, DateTimeOffset BeganAt, DateTimeOffset EndsAt);
