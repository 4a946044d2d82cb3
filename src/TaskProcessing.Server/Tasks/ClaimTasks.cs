using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks.Leases;

namespace TaskProcessing.Server.Tasks;

/// <summary>Hands waiting tasks to a worker, each for the provider that serves its type now.</summary>
internal sealed class ClaimTasks(AvailableTaskTypes taskTypes, ITaskStore tasks, LeaseTerms leases, TaskSignal signal, TimeProvider time)
{
    /// <param name="request">Who can do what.</param>
    /// <param name="cancellationToken">The worker is gone: nothing is claimed any more.</param>
    /// <param name="stopWaiting">Ends the wait with what there is.</param>
    public async Task<ClaimOutcome> RunAsync(ClaimRequest request, CancellationToken cancellationToken, CancellationToken stopWaiting = default)
    {
        if (request.Wait <= TimeSpan.Zero || request.Count <= 0)
            return await ClaimNowAsync(request, Eligible(request), cancellationToken);

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var until = time.GetUtcNow() + request.Wait;
        string? wokenFor = null;
        while (true)
        {
            // Only for what it may claim now: a signal must not reach a worker that can do nothing with it. When other
            // providers come to serve the types, all workers are woken and listen anew.
            var eligible = Eligible(request);
            using var listener = signal.ListenForScheduled([.. eligible.Select(type => type.Type)]);
            var outcome = await ClaimOrPassOnAsync(request, eligible, wokenFor, cancellationToken);
            if (outcome.Tasks.Count > 0)
                return outcome;

            // Begun while the task is being stored, so that both are stored together.
            Task<ClaimOutcome>? begun = null;
            var rest = until - time.GetUtcNow();
            if (rest <= TimeSpan.Zero || !await listener.WaitAsync(rest, time, waiting.Token, () => begun = ClaimOrPassOnAsync(request, Eligible(request), listener.WokenFor, cancellationToken)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                return outcome;
            }

            if (begun is not null && await begun is { Tasks.Count: > 0 } handed)
                return handed;

            // Who has claimed since has passed on what it was woken for, if need be.
            wokenFor = begun is null ? listener.WokenFor : null;
        }
    }

    /// <summary>A worker that was woken for a task and does not take it has another one look for it.</summary>
    private async Task<ClaimOutcome> ClaimOrPassOnAsync(ClaimRequest request, List<ClaimableType> eligible, string? wokenFor, CancellationToken cancellationToken)
    {
        var mayStillWait = true;
        try
        {
            var outcome = await ClaimNowAsync(request, eligible, cancellationToken);
            mayStillWait = outcome.Tasks.Count > 0 && !outcome.Tasks.Any(task => task.Type == wokenFor);
            return outcome;
        }
        catch
        {
            // The next one may fail as quickly, and wake the next one.
            await Task.Yield();
            throw;
        }
        finally
        {
            if (mayStillWait && wokenFor is not null)
                signal.WakeWorker(wokenFor);
        }
    }

    private async Task<ClaimOutcome> ClaimNowAsync(ClaimRequest request, List<ClaimableType> eligible, CancellationToken cancellationToken)
    {
        var providerOfType = eligible.ToDictionary(type => type.Type, type => type.ProviderId);
        if (eligible.Count == 0 || request.Count <= 0)
            return new ClaimOutcome([], providerOfType);

        var claimed = await tasks.ClaimAsync(eligible, request.Count, request.Actor, time.GetUtcNow(), cancellationToken);
        foreach (var task in claimed)
            signal.RaiseChanged(task);
        return new ClaimOutcome(claimed, providerOfType);
    }

    /// <summary>A type is eligible only if its serving provider is among those asked for: nobody gets a task for a provider he did not name.</summary>
    private List<ClaimableType> Eligible(ClaimRequest request)
    {
        var catalogue = taskTypes.Current;
        return
        [
            .. from typeId in request.TypeIds.Distinct()
               let type = catalogue.Find(typeId)
               where type is { IsServed: true } && request.ProviderIds.Contains(type.Provider.Id)
               select new ClaimableType(typeId, type.Provider.Id, leases.SecondsFor(type)),
        ];
    }
}

/// <summary>What a worker can do.</summary>
/// <param name="ProviderIds">The providers that it runs.</param>
/// <param name="TypeIds">The task types that it wants.</param>
/// <param name="Count">How many tasks at most; none when it is not positive.</param>
/// <param name="Wait">How long to wait for the first one.</param>
internal sealed record ClaimRequest(IReadOnlyCollection<string> ProviderIds, IReadOnlyCollection<string> TypeIds, int Count, TimeSpan Wait)
{
    /// <summary>Who claims, for the history of the tasks.</summary>
    public string Actor { get; init; } = TaskHistory.Server;
}

/// <summary>What came of <see cref="ClaimTasks"/>.</summary>
/// <param name="Tasks">The claimed tasks, the next one first; each names its provider.</param>
/// <param name="Eligible">Task type id to provider id, for the types that could have been claimed.</param>
internal sealed record ClaimOutcome(IReadOnlyList<ProcessingTask> Tasks, IReadOnlyDictionary<string, string> Eligible);
