using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Asks a Nextcloud for tasks: one poll for all types, noted in the store before it is sent, again and again in the
/// <see cref="PollRhythm"/>; a call of the Nextcloud ends the pause. While there are tasks, several are asked for at once, where the
/// Nextcloud can do that.
/// </summary>
internal sealed class PollNextcloud(
    INextcloudTaskStore claimed,
    OfferedProviders offered,
    FindLostTasks findLostTasks,
    NextcloudSignal signal,
    NextcloudDirectory directory,
    CurrentTaskTypes taskTypes,
    NextcloudPace pace,
    TimeProvider time
)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The most tasks of one poll: so many are searched for when its answer is lost.</summary>
    private const int MaxBatch = 8;

    /// <param name="held">The connection.</param>
    /// <param name="running">The tasks that are under way.</param>
    /// <param name="stopping">Ends the polling; a poll that is under way gets its answer first.</param>
    public async Task RunAsync(HeldNextcloud held, RunningTasks running, CancellationToken stopping)
    {
        var failing = new Backoff(pace.Retry, LongestPause);
        var search = new Search(pace.Searches);
        var rhythm = new PollRhythm(pace, time);
        var wasCalled = false;
        var asked = 1;
        while (!held.IsRemoved)
        {
            stopping.ThrowIfCancellationRequested();
            var (changed, ended) = (directory.Changed.Task, running.OneEnded);
            wasCalled |= signal.Of(held.Id).IsSet;
            signal.Of(held.Id).Reset();
            TimeSpan pause;
            try
            {
                await held.WaitUntilWelcomeAsync(stopping);
                await SearchAsync(held, running, search, stopping);
                if (!MayTake(held, running))
                {
                    await Task.WhenAny(changed, ended).EndsWithinAsync(pace.IdlePoll, time, stopping);
                    continue;
                }

                var wasIdle = running.Count == 0;
                var isFound = await PollAsync(held, running, asked, stopping);
                asked = isFound ? MaxBatch : 1;
                pause = rhythm.Next(isFound, wasCalled, wasIdle);
                wasCalled = false;
                failing.Reset();
                if (pause == TimeSpan.Zero)
                    continue;
            }
            catch (OcsException error)
            {
                asked = 1;
                pause = failing.Next(error.RetryAfter);
                search.Begin(time);
            }
            catch (StoreUnavailableException)
            {
                // Outages has logged it.
                pause = failing.Next();
            }

            await Task.WhenAny(changed, signal.Of(held.Id).Task).EndsWithinAsync(pause, time, stopping);
        }
    }

    private bool MayTake(HeldNextcloud held, RunningTasks running) =>
        held.Known is { IsActive: true } known
        && running.Count < known.Connection.MaxRunning
        && taskTypes.Current.Available.Any(type => type.IsServed);

    /// <returns>True when there was a task.</returns>
    private async Task<bool> PollAsync(HeldNextcloud held, RunningTasks running, int most, CancellationToken stopping)
    {
        var asked = Math.Min(most, held.Known.Connection.MaxRunning - running.Count);
        var offer = offered.To(held.Known, held.Known.Connection.ServerVersion);
        if (offer.Count == 0)
            return false;

        var askedAt = time.GetTimestamp();
        HoldException.ThrowUnless(await claimed.TryBeginPollAsync(held.Id, held.Holder, asked, time.GetUtcNow(), stopping));
        held.Confirm(askedAt);
        IReadOnlyList<ClaimedTask> tasks;
        try
        {
            // Not cancelled by stopping: tasks may be handed out with the answer.
            tasks = await held.CallAsync((client, token) => client.Work.ClaimManyAsync(offer, asked, token), Patience, held.Lost);
        }
        catch (OcsException error)
        {
            if (NextcloudTroubles.MayHaveWorked(error) || error.HttpStatus == System.Net.HttpStatusCode.OK)
                await claimed.LosePollAsync(held.Id, held.Holder, time.GetUtcNow(), CancellationToken.None);
            else
                await claimed.EndPollAsync(held.Id, held.Holder, CancellationToken.None);
            throw;
        }

        if (tasks.Count == 0)
            return false;

        // One that is known goes on as it is: it was set back to waiting there, and its end is told all the same.
        var stored = await StoreAsync(held, [.. tasks.Select(task => task.ToRow(held.Id, time.GetUtcNow()))]);
        foreach (var row in stored)
            running.Begin(row, isResumed: false);
        return stored.Count > 0;
    }

    /// <summary>Tries until the claims are stored: should this process die first, the noted poll makes another one search for them.</summary>
    /// <returns>Those that were not known, or had ended.</returns>
    private async Task<IReadOnlyList<NextcloudTask>> StoreAsync(HeldNextcloud held, IReadOnlyList<NextcloudTask> rows)
    {
        while (true)
        {
            try
            {
                return await claimed.AddAsync(rows, CancellationToken.None);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(pace.Retry, time, held.Lost);
            }
        }
    }

    private async Task SearchAsync(HeldNextcloud held, RunningTasks running, Search search, CancellationToken stopping)
    {
        if (!search.IsDue(time))
            return;

        if (await claimed.FindHoldAsync(held.Id, stopping) is not { Unanswered: > 0 } hold)
        {
            search.End();
            return;
        }

        var left = hold.Unanswered - search.Found;
        var found = left <= 0 ? [] : await findLostTasks.RunAsync(held, left, hold.UnansweredUntil, stopping);
        foreach (var row in found)
            running.Begin(row, isResumed: false);
        if (search.Next(found.Count) && found.Count < left)
            return;

        await claimed.ForgetUnansweredAsync(held.Id, held.Holder, CancellationToken.None);
        search.End();
    }

    /// <summary>When the next search is due; the first one of a process always is.</summary>
    private sealed class Search(IReadOnlyList<TimeSpan> times)
    {
        private long? _since;
        private int _done;
        private bool _isFirst = true;

        public int Found { get; private set; }

        public void Begin(TimeProvider time)
        {
            // A poll that was lost meanwhile is searched for just as often.
            (_since, _done) = (time.GetTimestamp(), 0);
        }

        public bool IsDue(TimeProvider time)
        {
            if (_isFirst)
            {
                _isFirst = false;
                Begin(time);
            }

            return _since is { } since && time.GetElapsedTime(since) >= times[_done];
        }

        /// <returns>True when another search follows.</returns>
        public bool Next(int found)
        {
            Found += found;
            return ++_done < times.Count;
        }

        public void End() => (_since, _done, Found) = (null, 0, 0);
    }
}
