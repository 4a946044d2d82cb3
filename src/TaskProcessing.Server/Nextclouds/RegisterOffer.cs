using System.Collections.Concurrent;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>Registers at a Nextcloud what is offered to it, and removes what is no longer.</summary>
/// <remarks>
/// The names of what is registered are stored before the first call, so that no crash leaves a provider there that nobody
/// removes. A Nextcloud goes on offering the types of such a provider for ever.
/// </remarks>
internal sealed partial class RegisterOffer(
    INextcloudStore store,
    NextcloudClients clients,
    ReadNextcloud readNextcloud,
    OfferedProviders offered,
    NoteContact noteContact,
    TimeProvider time,
    ILogger<RegisterOffer> logger
)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>Registers all that is offered now. Registering again changes nothing there.</summary>
    public async Task<OfferOutcome> RunAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(known.Id, cancellationToken);
        if (await store.FindAsync(known.Id, cancellationToken) is not { Enabled: true, EnabledThere: true } connection)
            return new OfferOutcome.NotWanted();

        try
        {
            var version = await readNextcloud.VersionAsync(known, cancellationToken);
            if (!await readNextcloud.IsEnabledAsync(known, cancellationToken))
                return connection.WasJustEnabled(time.GetUtcNow())
                    ? new OfferOutcome.NotYet()
                    : await FailedAsync(known, NextcloudTroubles.Disabled(time.GetUtcNow()), cancellationToken);

            var offer = offered.To(known, version);
            var registered = TypeNames.Read(connection.Offered) ?? [];
            var types = offer.Select(provider => provider.TaskType).ToList();
            await store.SetOfferedAsync(known.Id, TypeNames.Write([.. types.Union(registered)]), offeredAt: null, cancellationToken);
            await clients.Of(known).Work.RegisterAsync(offer, cancellationToken);
            await RemoveAsync(known, registered.Except(types), cancellationToken);
            await noteContact.RunAsync(known.Id, NextcloudContact.Good with { ServerVersion = version }, cancellationToken);
            await store.SetOfferedAsync(known.Id, TypeNames.Write(types), time.GetUtcNow(), cancellationToken);
            Log.Registered(logger, known.Id, types.Count, version);
            return new OfferOutcome.Done(offer);
        }
        catch (OcsException error)
        {
            return
                error.Kind is OcsErrorKind.Unauthorized or OcsErrorKind.NotAvailable
                && await WasEnabledAfterAsync(known.Id, connection, cancellationToken)
                ? new OfferOutcome.NotYet()
                : await FailedAsync(known, NextcloudTroubles.Of(error, connection, time.GetUtcNow()), cancellationToken);
        }
    }

    /// <summary>Removes all that is registered. Never throws for the Nextcloud's sake: what is left is removed another time.</summary>
    public async Task<OfferOutcome> WithdrawAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await TakeTurnAsync(known.Id, cancellationToken);
            if (await store.FindAsync(known.Id, cancellationToken) is not { Offered: { Length: > 0 } types })
                return new OfferOutcome.Done([]);

            await RemoveAsync(known, TypeNames.Read(types)!, cancellationToken);
            await store.SetOfferedAsync(known.Id, types: null, offeredAt: null, cancellationToken);
            Log.Withdrawn(logger, known.Id);
            return new OfferOutcome.Done([]);
        }
        catch (OcsException error)
        {
            Log.Kept(logger, known.Id, error.Message);
            return new OfferOutcome.Failed(NextcloudTroubles.Of(error, known.Connection, time.GetUtcNow()));
        }
        catch (OperationCanceledException)
        {
            Log.Kept(logger, known.Id, "no answer in time");
            return new OfferOutcome.Failed(new NextcloudContact(NextcloudTrouble.Unreachable, "It does not answer in time", Until: null));
        }
    }

    /// <summary>The Nextcloud has enabled the app, with the right secret, while it was still refusing a call.</summary>
    private async Task<bool> WasEnabledAfterAsync(string id, Nextcloud before, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { EnabledThere: true, OfferedAt: null } now && now.ContactAt > before.ContactAt;

    private async Task RemoveAsync(KnownNextcloud known, IEnumerable<string> types, CancellationToken cancellationToken) =>
        await clients
            .Of(known)
            .Work.UnregisterAsync([.. types.Select(type => OfferedProviders.Named(known.Connection, type))], cancellationToken);

    private async Task<OfferOutcome> FailedAsync(KnownNextcloud known, NextcloudContact contact, CancellationToken cancellationToken)
    {
        await noteContact.RunAsync(known.Id, contact, cancellationToken);
        return new OfferOutcome.Failed(contact);
    }

    private async Task<Turn> TakeTurnAsync(string id, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(id, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    private readonly struct Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Nextcloud {Id} (version {Version}) is offered {Count} task types")]
        public static partial void Registered(ILogger logger, string id, int count, string version);

        [LoggerMessage(LogLevel.Information, "Nextcloud {Id} is no longer offered any task type")]
        public static partial void Withdrawn(ILogger logger, string id);

        [LoggerMessage(
            LogLevel.Warning,
            "Nextcloud {Id} may go on offering task types of this server, which could not be withdrawn: {Reason}"
        )]
        public static partial void Kept(ILogger logger, string id, string reason);
    }
}

/// <summary>The end of registering or withdrawing.</summary>
internal abstract record OfferOutcome
{
    private OfferOutcome() { }

    /// <summary>The Nextcloud has what it is offered.</summary>
    internal sealed record Done(IReadOnlyList<ProviderDescriptor> Offer) : OfferOutcome;

    /// <summary>It is disabled here or there by now.</summary>
    internal sealed record NotWanted : OfferOutcome;

    /// <summary>The call with which it was enabled there has not ended.</summary>
    internal sealed record NotYet : OfferOutcome;

    internal sealed record Failed(NextcloudContact Contact) : OfferOutcome;
}
