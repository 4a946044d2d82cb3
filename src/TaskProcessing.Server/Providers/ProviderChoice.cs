using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// Which of several providers serves a task type: those that are heard of before those that are silent, then the
/// preferred one, then the heavier, then whoever came first.
/// </summary>
internal sealed class ProviderChoice(ProviderOptions options, Func<ProviderDescriptor, bool> isSilent)
{
    public IReadOnlyList<ProviderDescriptor> InOrder(IEnumerable<ProviderDescriptor> providers)
    {
        var weights = options.Weights.DistinctBy(weight => weight.Provider).ToDictionary(weight => weight.Provider, weight => weight.Weight);
        return [.. providers.OrderBy(isSilent).ThenByDescending(provider => weights.GetValueOrDefault(provider.Id))];
    }

    /// <summary>Task type id to the preferred provider. A silent one is preferred only where all are.</summary>
    public IReadOnlyDictionary<string, string> Preferences(IReadOnlyCollection<ProviderDescriptor> providers)
    {
        var silent = providers.Where(isSilent).Select(provider => provider.Id).ToHashSet();
        var served = providers.Where(provider => !silent.Contains(provider.Id)).Select(provider => provider.TaskType).ToHashSet();
        return options.Preferred
            .DistinctBy(preference => preference.TaskType)
            .Where(preference => !silent.Contains(preference.Provider) || !served.Contains(preference.TaskType))
            .ToDictionary(preference => preference.TaskType, preference => preference.Provider);
    }
}
