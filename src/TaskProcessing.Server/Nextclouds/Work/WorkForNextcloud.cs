using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Works for one connection whenever this process holds it: goes on with what is stored, asks for more, and keeps what is offered there.
/// Of all nodes one holds it.
/// </summary>
internal sealed partial class WorkForNextcloud(
    INextcloudTaskStore claimed,
    NextcloudDirectory directory,
    INextcloudStore store,
    NextcloudClients clients,
    ReadNextcloud readNextcloud,
    NoteContact noteContact,
    KeepOffer keepOffer,
    PollNextcloud pollNextcloud,
    WorkOnTask workOnTask,
    EndAbandonedTasks endAbandonedTasks,
    TimeProvider time,
    ILogger<WorkForNextcloud> logger
)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(3);

    /// <summary>A claim that another process stored after it had lost the connection is found by then.</summary>
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(30);

    /// <summary>The name of this process in the store; two processes of one machine are two nodes.</summary>
    public string Holder { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Runs until the connection is removed, or until it is cancelled. A failure gives the connection up first.</summary>
    public async Task RunAsync(string id, CancellationToken stopping)
    {
        NextcloudHold? seen = null;
        var seenAt = time.GetTimestamp();
        while (true)
        {
            var changed = directory.Changed.Task;
            if (directory.Find(id) is not { } known)
                return;

            try
            {
                var askedAt = time.GetTimestamp();
                var hold = await claimed.FindHoldAsync(id, stopping);
                if (hold?.Beat != seen?.Beat || hold?.Holder != seen?.Holder)
                    (seen, seenAt) = (hold, askedAt);
                var isFree = hold?.Holder is null || time.GetElapsedTime(seenAt) >= HeldNextcloud.Lifetime;
                if (isFree && await claimed.TryHoldAsync(id, Holder, hold, time.GetUtcNow(), stopping))
                {
                    // What calls taught is not told to the other nodes, so the silence that the last holder kept is read.
                    var connection = await store.FindAsync(id, stopping) ?? known.Connection;
                    await WorkAsync(known with { Connection = connection }, stopping);
                    seen = null;
                }
            }
            catch (StoreUnavailableException)
            {
                // Outages has logged it.
            }

            await changed.EndsWithinAsync(Beat, time, stopping);
        }
    }

    /// <summary>Ends the tasks of a connection there, as long as no process works for it.</summary>
    /// <returns>The tasks that are left; null when another process works for the connection.</returns>
    public async Task<LeftTasks?> TryEndTasksAsync(KnownNextcloud known, CancellationToken cancellationToken)
    {
        var seen = await claimed.FindHoldAsync(known.Id, cancellationToken);
        var seenAt = time.GetTimestamp();
        while (seen?.Holder is not null && time.GetElapsedTime(seenAt) < HeldNextcloud.Lifetime)
        {
            await Task.Delay(Beat / 10, time, cancellationToken);
            var now = await claimed.FindHoldAsync(known.Id, cancellationToken);
            if (now is { Holder: not null } && now.Beat != seen.Beat)
                return null;
            seen = now;
        }

        if (!await claimed.TryHoldAsync(known.Id, Holder, seen, time.GetUtcNow(), cancellationToken))
            return null;

        using var held = Hold(known);
        var beating = BeatAsync(held);
        try
        {
            return await endAbandonedTasks.RunAsync(held, cancellationToken);
        }
        finally
        {
            held.Lose();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync(held);
        }
    }

    private HeldNextcloud Hold(KnownNextcloud known) => new(known, Holder, directory, clients, readNextcloud, noteContact, time);

    private async Task WorkAsync(KnownNextcloud known, CancellationToken stopping)
    {
        using var held = Hold(known);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, held.Lost);
        var running = new RunningTasks(held, claimed, workOnTask, over.Token);
        Log.Holds(logger, held.Id);
        var beating = BeatAsync(held);
        Task[] parts =
        [
            ReadAsync(held, running, over.Token),
            pollNextcloud.RunAsync(held, running, over.Token),
            keepOffer.RunAsync(held, over.Token),
        ];
        try
        {
            // As soon as one of them ends or fails, all end.
            await Task.WhenAny([.. parts, beating, running.Failure]);
            await over.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await running.StopAsync();
            if (held.IsRemoved && !stopping.IsCancellationRequested)
            {
                await endAbandonedTasks.RunAsync(held, stopping);
                await claimed.RemoveAsync(held.Id, CancellationToken.None);
            }
        }
        finally
        {
            held.Lose();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync(held);
        }

        foreach (var failed in parts.Append(beating).Append(running.Failure).Where(part => part.IsFaulted))
            await failed;
    }

    /// <summary>Goes on with the tasks that are stored.</summary>
    private async Task ReadAsync(HeldNextcloud held, RunningTasks running, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                foreach (var task in await claimed.ListUnfinishedAsync(held.Id, cancellationToken))
                    running.Begin(task, isResumed: true);
            }
            catch (StoreUnavailableException)
            {
                // Outages has logged it.
            }

            await Task.Delay(Reading, time, cancellationToken);
        }
    }

    private async Task BeatAsync(HeldNextcloud held)
    {
        while (!held.Lost.IsCancellationRequested)
        {
            await Task.Delay(Beat / 3, time, held.Lost);
            held.LoseIfOutdated();
            if (held.Unconfirmed < Beat)
                continue;

            try
            {
                var askedAt = time.GetTimestamp();
                if (await claimed.TryBeatAsync(held.Id, held.Holder, held.Lost))
                    held.Confirm(askedAt);
                else
                    held.Lose();
            }
            catch (StoreUnavailableException)
            {
                // Until it is there again, or the hold is over.
            }
        }
    }

    private async Task ReleaseAsync(HeldNextcloud held)
    {
        try
        {
            await claimed.ReleaseAsync(held.Id, held.Holder, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // Another node takes over a little later.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "This node works for Nextcloud {Id}")]
        public static partial void Holds(ILogger logger, string id);
    }
}
