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
        var outcome = await ClaimNowAsync(request, cancellationToken);
        if (outcome.Tasks.Count > 0 || request.Wait <= TimeSpan.Zero || request.Count <= 0)
            return outcome;

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        using var listener = signal.ListenForScheduled(request.TypeIds);
        var until = time.GetUtcNow() + request.Wait;
        do
        {
            outcome = await ClaimNowAsync(request, cancellationToken);
            if (outcome.Tasks.Count > 0)
                return outcome;
        }
        while (await WaitAsync(listener, until - time.GetUtcNow(), waiting.Token));

        cancellationToken.ThrowIfCancellationRequested();
        return outcome;
    }

    private async Task<bool> WaitAsync(TaskListener listener, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            return longest > TimeSpan.Zero && await listener.WaitAsync(longest, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<ClaimOutcome> ClaimNowAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var eligible = Eligible(request.ProviderIds, request.TypeIds);
        var providerOfType = eligible.ToDictionary(type => type.Type, type => type.ProviderId);
        if (eligible.Count == 0 || request.Count <= 0)
            return new ClaimOutcome([], providerOfType);

        var claimed = await tasks.ClaimAsync(eligible, request.Count, request.Actor, time.GetUtcNow(), cancellationToken);
        foreach (var task in claimed)
            signal.RaiseChanged(task.Id);
        return new ClaimOutcome(claimed, providerOfType);
    }

    /// <summary>A type is eligible only if its serving provider is among those asked for: nobody gets a task for a provider he did not name.</summary>
    private List<ClaimableType> Eligible(IReadOnlyCollection<string> providerIds, IReadOnlyCollection<string> typeIds)
    {
        var catalogue = taskTypes.Current;
        return
        [
            .. from typeId in typeIds.Distinct()
               let type = catalogue.Find(typeId)
               where type is { IsServed: true } && providerIds.Contains(type.Provider.Id)
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
