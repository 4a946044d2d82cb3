using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>One of the <see cref="OpenWaits"/>; to be disposed when it is over.</summary>
internal sealed class OpenWait(OpenWaits waits, Waiter waiter) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private bool _isClosed;

    /// <summary>Who waits.</summary>
    public Waiter Waiter => waiter;

    /// <summary>What his login rests on; null for a guest.</summary>
    public Credential? Credential => waiter.Credential;

    /// <summary>The wait is to end now, whatever it is for.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether it is to end because the caller's credentials are no longer good.</summary>
    public bool IsRevoked { get; private set; }

    public void Revoke()
    {
        IsRevoked = true;
        End();
    }

    public void End()
    {
        // Those who wait must not run on the time of whoever ends them, which may be thousands.
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

        waits.Close(this);
        _ended.Dispose();
    }
}

/// <summary>Who waits.</summary>
/// <param name="Kind">What he is.</param>
/// <param name="Name">A user's or an app's id, or a guest's network.</param>
/// <param name="Credential">What his login rests on; null for a guest.</param>
internal sealed record Waiter(WaiterKind Kind, string Name, Credential? Credential);

internal enum WaiterKind
{
    Guest,
    User,
    App,
}
