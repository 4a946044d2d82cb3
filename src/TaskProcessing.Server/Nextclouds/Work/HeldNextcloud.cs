using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// A connection that this process holds. All calls for its tasks go through here: none is made once the hold may have passed to
/// another node, while the Nextcloud is to be left alone, or while the app is disabled there. After a refusal one question goes ahead of
/// all calls, because each refused call counts as a wrong secret there.
/// </summary>
internal sealed class HeldNextcloud(
    KnownNextcloud first,
    string holder,
    NextcloudDirectory directory,
    NextcloudClients clients,
    ReadNextcloud readNextcloud,
    NoteContact noteContact,
    TimeProvider time
) : IDisposable
{
    /// <summary>Another node takes over after a beat has stood still for this long.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>Shorter, because the other node measures from a later moment at the earliest.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LongestTransfer = TimeSpan.FromHours(2);

    private readonly CancellationTokenSource _lost = new();
    private readonly CallPlaces _places = new();
    private KnownNextcloud _last = first;
    private long _confirmedAt = time.GetTimestamp();
    private long _quietUntil = first.Connection.ProblemUntil?.UtcTicks ?? 0;
    private readonly SemaphoreSlim _asking = new(1);
    private readonly SemaphoreSlim _noting = new(1);
    private volatile bool _isRefused = first.Connection.ProblemUntil is not null;
    private bool _isFailing;

    public string Id { get; } = first.Id;

    /// <summary>The name of this process in the store.</summary>
    public string Holder { get; } = holder;

    /// <summary>The connection as it is now, or as it was before it was removed.</summary>
    public KnownNextcloud Known => _last = directory.Find(Id) ?? _last;

    public bool IsRemoved => directory.Find(Id) is null;

    /// <summary>The hold is over.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Pulses when the Nextcloud answers again after a failure.</summary>
    public AsyncSignal IsBack { get; } = new();

    /// <summary>The time since this process last knew for certain that it holds the connection.</summary>
    public TimeSpan Unconfirmed => time.GetElapsedTime(Interlocked.Read(ref _confirmedAt));

    /// <summary>The store has just confirmed the hold.</summary>
    /// <param name="askedAt">The timestamp from before it was asked.</param>
    public void Confirm(long askedAt) => Interlocked.Exchange(ref _confirmedAt, askedAt);

    /// <summary>Ends all calls, if the hold may be another's by now.</summary>
    public void LoseIfOutdated()
    {
        if (Unconfirmed >= Trusted)
            Lose();
    }

    public void Lose() => _lost.Cancel();

    /// <summary>Makes a call as soon as one may be made, beside few others.</summary>
    /// <param name="call">The call.</param>
    /// <param name="longest">The longest that it may take.</param>
    /// <param name="cancellationToken">Ends the wait, and the call.</param>
    /// <param name="asUser">True when it is made in a user's name: the user may be gone.</param>
    /// <exception cref="OcsException">It failed, or took too long.</exception>
    /// <exception cref="OperationCanceledException">The hold is over, or the token was cancelled.</exception>
    public async Task<T> CallAsync<T>(
        Func<NextcloudClient, CancellationToken, Task<T>> call,
        TimeSpan longest,
        CancellationToken cancellationToken,
        bool asUser = false
    )
    {
        using var place = await _places.TakeAsync(Lost, cancellationToken);
        await WaitUntilWelcomeAsync(cancellationToken);
        LoseIfOutdated();
        using var over = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, Lost, cancellationToken);
        try
        {
            var answer = await call(clients.Of(Known), either.Token);
            await WorkedAsync();
            return answer;
        }
        catch (OcsException error)
        {
            await FailedAsync(error, asUser);
            throw;
        }
        catch (OperationCanceledException late) when (over.IsCancellationRequested && !IsOver(cancellationToken))
        {
            var error = new OcsException($"There was no answer within {longest.TotalSeconds:0} seconds.", late);
            await FailedAsync(error, asUser);
            throw error;
        }
    }

    /// <summary>Makes a call that sends or fetches a file, as <see cref="CallAsync"/> does; others go past it.</summary>
    public async Task<T> TransferAsync<T>(
        Func<NextcloudClient, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken,
        bool asUser = false
    )
    {
        using var place = await _places.TakeForTransferAsync(Lost, cancellationToken);
        return await CallAsync(call, LongestTransfer, cancellationToken, asUser);
    }

    /// <summary>Waits while the app is disabled there, or the Nextcloud is to be left alone, or does not accept the app yet.</summary>
    /// <exception cref="OcsException">It could not be asked whether it accepts the app again.</exception>
    public async Task WaitUntilWelcomeAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Lost, cancellationToken);
        await WaitForSilenceAsync(either.Token);
        while (_isRefused && Known.Connection.EnabledThere == true)
        {
            await _asking.WaitAsync(either.Token);
            try
            {
                // Another call may have asked meanwhile.
                if (_isRefused && Silence == TimeSpan.Zero)
                    await AskAsync(either.Token);
            }
            finally
            {
                _asking.Release();
            }

            await WaitForSilenceAsync(either.Token);
        }
    }

    /// <summary>The Nextcloud is left alone for as long as the contact says, and asked before anything else after that.</summary>
    public void Leave(NextcloudContact contact)
    {
        if (contact.Until is not { } until)
            return;

        Interlocked.Exchange(ref _quietUntil, until.UtcTicks);
        _isRefused = true;
    }

    public void Dispose()
    {
        _lost.Dispose();
        _asking.Dispose();
        _noting.Dispose();
        _places.Dispose();
    }

    private bool IsOver(CancellationToken cancellationToken) => Lost.IsCancellationRequested || cancellationToken.IsCancellationRequested;

    private static bool IsAnother(Nextcloud before, Nextcloud now) =>
        before.EnabledThere != now.EnabledThere || before.ProtectedSecret != now.ProtectedSecret || before.Url != now.Url;

    private async Task WorkedAsync()
    {
        if (_isFailing)
        {
            _isFailing = false;
            IsBack.Pulse();
        }

        await NoteAsync(NextcloudContact.Good);
    }

    private async Task FailedAsync(OcsException error, bool asUser)
    {
        // A refusal that is about one task, or about a user who is gone, says nothing about the connection.
        if (error.Kind is OcsErrorKind.InvalidInput or OcsErrorKind.NotFound || error.IsInternalError)
            return;
        if (asUser && error.Kind is OcsErrorKind.Unauthorized or OcsErrorKind.NotAvailable)
            return;

        _isFailing = true;
        // Whether it is for the app, and why, is asked before the next call: the refusal does not tell.
        if (error.Kind is OcsErrorKind.Unauthorized or OcsErrorKind.NotAvailable)
            _isRefused = true;
        else
            await LeaveAsync(NextcloudTroubles.Of(error, Known.Connection, time.GetUtcNow()));
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var connection = Known.Connection;
        try
        {
            if (await readNextcloud.IsEnabledAsync(Known, cancellationToken))
                await AcceptedAsync();
            else if (connection.WasJustEnabled(time.GetUtcNow()))
                throw new OcsException("The app is not enabled there yet", HttpStatusCode.ServiceUnavailable);
            else
                await LeaveAsync(NextcloudTroubles.Disabled(time.GetUtcNow()));
        }
        catch (OcsException unknown) when (unknown.Kind == OcsErrorKind.NotFound)
        {
            // A server without this question: the calls themselves will tell.
            await AcceptedAsync();
        }
        catch (OcsException error) when (!connection.WasJustEnabled(time.GetUtcNow()))
        {
            _isFailing = true;
            await LeaveAsync(NextcloudTroubles.Of(error, connection, time.GetUtcNow()));
            if (Silence == TimeSpan.Zero)
                throw;
        }
    }

    private Task AcceptedAsync()
    {
        _isRefused = false;
        return WorkedAsync();
    }

    private async Task LeaveAsync(NextcloudContact contact)
    {
        Leave(contact);
        await NoteAsync(contact);
        // A reading of the connections from before that note may have ended the silence.
        Leave(contact);
    }

    private TimeSpan Silence => new(Math.Max(0, Interlocked.Read(ref _quietUntil) - time.GetUtcNow().UtcTicks));

    private void EndSilence() => Interlocked.Exchange(ref _quietUntil, 0);

    private async Task WaitForSilenceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = directory.Changed.Task;
            if (Known.Connection.EnabledThere == false && !IsRemoved)
            {
                await changed.WaitAsync(cancellationToken);
                EndSilence();
                continue;
            }

            var quiet = Silence;
            if (quiet == TimeSpan.Zero)
                return;

            // A call of the Nextcloud, such as the one that enables the app, changes the connection and ends the silence.
            var before = Known.Connection;
            var isChanged = await changed.EndsWithinAsync(quiet, time, cancellationToken);
            // Enabling it again, with the right secret now, leaves everything as it was but the trouble.
            if (isChanged && (IsAnother(before, Known.Connection) || Known.Connection.ProblemUntil is null))
                EndSilence();
        }
    }

    /// <summary>One after the other, and no news of a call that had worked before another one was refused.</summary>
    private async Task NoteAsync(NextcloudContact contact)
    {
        await _noting.WaitAsync(CancellationToken.None);
        try
        {
            if (contact.Trouble == NextcloudTrouble.None && _isRefused)
                return;

            await noteContact.RunAsync(Id, contact, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it; the next contact is noted again.
        }
        finally
        {
            _noting.Release();
        }
    }
}
