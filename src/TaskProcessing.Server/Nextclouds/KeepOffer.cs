using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Keeps what is registered at one Nextcloud as it is to be: after each change of the connection or of what is served here, and
/// once an hour, because a Nextcloud loses registrations when the app is registered anew. For the node that holds the connection.
/// </summary>
internal sealed class KeepOffer(
    NextcloudDirectory directory,
    CurrentTaskTypes taskTypes,
    OfferedProviders offered,
    RegisterOffer registerOffer,
    INextcloudStore store,
    TimeProvider time
)
{
    private static readonly TimeSpan Repetition = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <summary>Runs until the connection is removed, or until it is cancelled.</summary>
    public async Task RunAsync(HeldNextcloud held, CancellationToken cancellationToken)
    {
        var served = new AsyncSignal();
        Action wake = served.Pulse;
        taskTypes.Changed += wake;
        try
        {
            var failing = new Backoff(FirstRetry, LongestRetry);
            IReadOnlyList<string>? registered = null;
            while (true)
            {
                var (changed, servedOthers) = (directory.Changed.Task, served.Task);
                if (held.IsRemoved)
                    return;

                var pause = Repetition;
                try
                {
                    await held.WaitUntilWelcomeAsync(cancellationToken);
                    (registered, var wait) = await StepAsync(held, registered, cancellationToken);
                    pause = wait ?? failing.Next();
                    if (wait is not null)
                        failing.Reset();
                }
                catch (Exception error) when (error is OcsException or StoreUnavailableException)
                {
                    // NoteContact or Outages has logged it once.
                    pause = failing.Next();
                }

                await Task.WhenAny(changed, servedOthers).EndsWithinAsync(pause, time, cancellationToken);
            }
        }
        finally
        {
            taskTypes.Changed -= wake;
        }
    }

    /// <returns>What is registered as far as this process knows, and the pause; null for that of a failure.</returns>
    private async Task<(IReadOnlyList<string>? Registered, TimeSpan? Pause)> StepAsync(
        HeldNextcloud held,
        IReadOnlyList<string>? registered,
        CancellationToken cancellationToken
    )
    {
        var known = held.Known;
        if (await store.FindAsync(known.Id, cancellationToken) is not { EnabledThere: true } connection)
            return (null, Repetition);
        if (!connection.Enabled)
            return (
                null,
                connection.Offered is null or "" ? Repetition : PauseOf(held, await registerOffer.WithdrawAsync(known, cancellationToken))
            );

        var due = connection.OfferedAt is not { } at || time.GetUtcNow() - at >= Repetition;
        if (!due && registered is not null && registered.SequenceEqual(Describe(offered.To(known, connection.ServerVersion))))
            return (registered, Repetition);

        var outcome = await registerOffer.RunAsync(known, cancellationToken);
        return (outcome is OfferOutcome.Done done ? Describe(done.Offer) : null, PauseOf(held, outcome));
    }

    private static TimeSpan? PauseOf(HeldNextcloud held, OfferOutcome outcome)
    {
        if (outcome is OfferOutcome.Failed failed)
            held.Leave(failed.Contact);
        return outcome is OfferOutcome.Failed or OfferOutcome.NotYet ? null : Repetition;
    }

    /// <summary>What the Nextcloud gets to see of the providers.</summary>
    private static IReadOnlyList<string> Describe(IReadOnlyList<ProviderDescriptor> providers) => [.. providers.Select(Describe)];

    private static string Describe(ProviderDescriptor provider)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        ProviderRegistration.Write(buffer.Json, provider);
        buffer.Json.WriteEndObject();
        return buffer.Text;
    }
}
