using System.Text.Json;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// Keeps the calls of a provider app from a server that refuses the app, for <see cref="OcsException.Silence"/>: wrong tries are
/// counted there, for all apps of an address. While it is closed calls fail at once. Then one call of <c>ex-app/state</c> goes ahead of
/// the others; it also tells an app that is disabled from wrong credentials.
/// </summary>
internal sealed class AppGate(TimeProvider time)
{
    private const string State = "ocs/v2.php/apps/app_api/ex-app/state";

    private const string Disabled = "The app is disabled on the server.";

    // The state of a disabled app may be asked for as often as one likes: it counts as no wrong try.
    private static readonly TimeSpan DisabledPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Closure? _closure;

    /// <summary>Null when it is open, also when it is about to be tried again.</summary>
    public DateTimeOffset? ClosedUntil
    {
        get
        {
            lock (_lock)
                return _closure?.Until > time.GetUtcNow() ? _closure.Until : null;
        }
    }

    public void Open()
    {
        lock (_lock)
            _closure = null;
    }

    /// <exception cref="OcsException">The call failed, or the server refuses the app.</exception>
    public async Task<T> PassAsync<T>(OcsConnection connection, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        if (TryBeginProbe(out var refused))
            await ProbeAsync(connection, refused, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (OcsException refusal) when (refusal.Silence is { } silence && !IsOfThisCall(refusal))
        {
            if (TryClose(refusal, silence) && refusal.Kind != OcsErrorKind.RateLimited)
                await ExplainAsync(connection, refusal, cancellationToken).ConfigureAwait(false);
            ThrowIfClosed();
            throw;
        }
    }

    /// <returns>True when this call finds out whether the app is accepted again; the others fail until it has.</returns>
    private bool TryBeginProbe(out OcsException refused)
    {
        lock (_lock)
        {
            refused = _closure?.Refusal!;
            if (_closure is null)
                return false;

            ThrowIfClosed();
            _closure = _closure with { Until = time.GetUtcNow() + DisabledPause };
            return true;
        }
    }

    private async Task ProbeAsync(OcsConnection connection, OcsException refused, CancellationToken cancellationToken)
    {
        try
        {
            if (await IsEnabledAsync(connection, cancellationToken).ConfigureAwait(false))
                Open();
            else
                Close(refused, DisabledPause, Disabled);
        }
        catch (OcsException refusal) when (refusal.Silence is { } silence)
        {
            Close(refusal, silence, Reason(refusal));
        }
        catch (OcsException unknown) when (unknown.Kind == OcsErrorKind.NotFound)
        {
            // A server without this route: the call itself will tell.
            Open();
        }
        catch (Exception)
        {
            Close(refused, TimeSpan.Zero, Reason(refused));
            throw;
        }

        ThrowIfClosed();
    }

    private async Task ExplainAsync(OcsConnection connection, OcsException refusal, CancellationToken cancellationToken)
    {
        try
        {
            // An app that is accepted was refused for this call alone.
            if (await IsEnabledAsync(connection, cancellationToken).ConfigureAwait(false))
                Open();
            else
                Close(refusal, DisabledPause, Disabled);
        }
        catch (OcsException again) when (again.Kind == OcsErrorKind.RateLimited)
        {
            Close(again, again.Silence!.Value, Reason(again));
        }
        catch (OcsException)
        {
            // Wrong credentials, or a server that does not say; it stays closed.
        }
    }

    // A server that says when to come back has a limit on calls of this kind; a Nextcloud that locks apps out does not say.
    private static bool IsOfThisCall(OcsException refusal) => refusal is { Kind: OcsErrorKind.RateLimited, RetryAfter: not null };

    private static async Task<bool> IsEnabledAsync(OcsConnection connection, CancellationToken cancellationToken)
    {
        using var request = connection.Request(HttpMethod.Get, State);
        var state = await connection.SendAnywayAsync(request, cancellationToken).ConfigureAwait(false);
        return state is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var enabled) && enabled == 1;
    }

    private bool TryClose(OcsException refusal, TimeSpan silence)
    {
        lock (_lock)
        {
            if (_closure?.Until > time.GetUtcNow())
                return false;

            Close(refusal, silence, Reason(refusal));
            return true;
        }
    }

    private void Close(OcsException refusal, TimeSpan silence, string reason)
    {
        lock (_lock)
            _closure = new Closure(refusal, time.GetUtcNow() + silence, reason);
    }

    private void ThrowIfClosed()
    {
        lock (_lock)
        {
            if (_closure is { } closure && closure.Until - time.GetUtcNow() is var left && left > TimeSpan.Zero)
                throw new OcsException(closure.Reason, closure.Refusal.HttpStatus!.Value, closure.Refusal.OcsStatus, left);
        }
    }

    private static string Reason(OcsException refusal) =>
        refusal.Kind == OcsErrorKind.RateLimited
            ? "The server takes no calls from this address for a while; too many wrong credentials are the likely cause."
            : "The server does not accept this app: APP_ID or APP_SECRET is wrong, or the app is not registered there.";

    private sealed record Closure(OcsException Refusal, DateTimeOffset Until, string Reason);
}
