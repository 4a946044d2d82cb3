namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// One unknown login after the other for a network and a name. A right one counts as wrong until it is verified, so many at once would
/// block each other, as when all workers of an app come back to a server that was restarted. And the same right secret costs one
/// verification.
/// </summary>
internal sealed class LoginTurns : IDisposable
{
    private const int Lines = 64;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Lines).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the turn, which ends when the answer is disposed of.</summary>
    public async ValueTask<Turn> TakeAsync(string network, string name, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)HashCode.Combine(network, name) % Lines];
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
            turn.Dispose();
    }

    /// <summary>Dispose it once.</summary>
    public sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
