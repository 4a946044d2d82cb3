namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>
/// The places for waiting that the servers on one database have taken for callers. A server asks only when it needs more than it has
/// taken; so waits that follow each other cost nothing.
/// </summary>
internal interface IPlaceStore
{
    /// <summary>False for the one server of a database that is a file: its own count is enough.</summary>
    bool AreShared { get; }

    /// <summary>Takes that many places for this server, instead of those that it has taken for the holder.</summary>
    /// <returns>False when there would be more than the limit, with those of other servers; then nothing was changed.</returns>
    Task<bool> TryTakeAsync(string holder, int places, int limit, CancellationToken cancellationToken);

    /// <summary>Gives all of a holder's places of this server back.</summary>
    Task GiveBackAsync(string holder, CancellationToken cancellationToken);

    /// <summary>Says that this server is there: the places of one that has not said so for half a minute are free.</summary>
    Task StayAsync(CancellationToken cancellationToken);
}

/// <summary>The places of a server that is alone.</summary>
internal sealed class OwnPlaces : IPlaceStore
{
    public bool AreShared => false;

    public Task<bool> TryTakeAsync(string holder, int places, int limit, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task GiveBackAsync(string holder, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StayAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
