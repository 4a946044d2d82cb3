using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Tasks;

/// <summary>Hands waiting tasks to a worker, each for the provider that serves its type now.</summary>
internal sealed class ClaimTasks(AvailableTaskTypes taskTypes, ITaskStore tasks, TimeProvider time)
{
    /// <param name="providerIds">The providers that the worker runs.</param>
    /// <param name="typeIds">The task types that it wants.</param>
    /// <param name="count">How many tasks at most; none when it is not positive.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClaimOutcome> RunAsync(
        IReadOnlyCollection<string> providerIds, IReadOnlyCollection<string> typeIds, int count, CancellationToken cancellationToken)
    {
        var eligible = Eligible(providerIds, typeIds);
        if (eligible.Count == 0)
            return new ClaimOutcome([], eligible);

        var claimed = count > 0 ? await tasks.ClaimAsync(eligible, count, time.GetUtcNow(), cancellationToken) : [];
        return new ClaimOutcome(claimed, eligible);
    }

    /// <summary>A type is eligible only if its serving provider is among those asked for: nobody gets a task for a provider he did not name.</summary>
    private Dictionary<string, string> Eligible(IReadOnlyCollection<string> providerIds, IReadOnlyCollection<string> typeIds)
    {
        var catalogue = taskTypes.Current;
        var eligible = new Dictionary<string, string>();
        foreach (var typeId in typeIds)
        {
            if (catalogue.Find(typeId) is { } type && providerIds.Contains(type.Provider.Id))
                eligible[typeId] = type.Provider.Id;
        }

        return eligible;
    }
}

/// <summary>What came of <see cref="ClaimTasks"/>.</summary>
/// <param name="Tasks">The claimed tasks, oldest first; each names its provider.</param>
/// <param name="Eligible">Task type id to provider id, for the types that could have been claimed.</param>
internal sealed record ClaimOutcome(IReadOnlyList<ProcessingTask> Tasks, IReadOnlyDictionary<string, string> Eligible);
