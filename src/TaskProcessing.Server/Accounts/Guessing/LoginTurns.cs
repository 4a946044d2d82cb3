namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Lets unknown logins in by turns. A right one counts as wrong until it is verified, so many at once would block each other, as when all
/// workers of an app come back to a server that was restarted. And the same right secret costs one verification.
/// </summary>
internal sealed class LoginTurns : IDisposable
{
    private const int Lines = 64;

    private readonly SemaphoreSlim[] _names = Make(places: 1);
    private readonly SemaphoreSlim[] _networks = Make(places: Math.Clamp(Environment.ProcessorCount, 1, 4));

    /// <summary>Waits for the turn, one after the other for a network and a name; it ends when the answer is disposed of.</summary>
    public ValueTask<Turn> TakeAsync(string network, string name, CancellationToken cancellationToken) =>
        TakeAsync(_names, HashCode.Combine(network, name), cancellationToken);

    /// <summary>Waits for a place, a few at a time for a network; it is free again when the answer is disposed of.</summary>
    public ValueTask<Turn> TakePlaceAsync(string network, CancellationToken cancellationToken) =>
        TakeAsync(_networks, network.GetHashCode(StringComparison.Ordinal), cancellationToken);

    public void Dispose()
    {
        foreach (var line in _names.Concat(_networks))
            line.Dispose();
    }

    private static SemaphoreSlim[] Make(int places) => [.. Enumerable.Range(0, Lines).Select(_ => new SemaphoreSlim(places))];

    private static async ValueTask<Turn> TakeAsync(SemaphoreSlim[] lines, int hash, CancellationToken cancellationToken)
    {
        var line = lines[(uint)hash % Lines];
        await line.WaitAsync(cancellationToken);
        return new Turn(line);
    }

    /// <summary>Dispose it once.</summary>
    public sealed class Turn(SemaphoreSlim line) : IDisposable
    {
        public void Dispose() => line.Release();
    }
}
