namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>One of the <see cref="HeldConnections"/>; to be disposed when it is over.</summary>
internal sealed class HeldConnection(HeldConnections connections, ConnectionHolder holder) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private bool _isClosed;

    /// <summary>The holder of the connection.</summary>
    public ConnectionHolder Holder => holder;

    /// <summary>The facts that the holder's login depends on; null for a guest.</summary>
    public Credential? Credential => holder.Credential;

    /// <summary>Cancelled when the connection must end now.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>True when the connection must end because the caller's credentials are no longer valid.</summary>
    public bool IsRevoked { get; private set; }

    /// <summary>True when it has one of the places of all servers, where they are shared.</summary>
    public bool HasPlace { get; set; }

    public void Revoke()
    {
        IsRevoked = true;
        End();
    }

    public void End()
    {
        // Continuations must not run on the closing thread, which may close thousands of connections.
        lock (_lock)
            _ = _isClosed ? Task.CompletedTask : _ended.CancelAsync();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _isClosed = true;
        }

        connections.Close(this);
        _ended.Dispose();
    }
}
