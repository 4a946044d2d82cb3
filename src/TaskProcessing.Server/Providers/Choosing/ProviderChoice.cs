using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// Picks the provider of a task type. In this order: providers with a recent sign of life before silent ones, the one
/// that the command line prefers, the order of the configuration, the greater weight, the earlier registration. Disabled
/// ones are never picked.
/// </summary>
internal sealed class ProviderChoice(ProviderOptions options, StoredChoices stored, Func<ProviderDescriptor, bool> isSilent)
{
    public IReadOnlyList<ProviderDescriptor> InOrder(IEnumerable<ProviderDescriptor> providers)
    {
        var orders = options.Order.DistinctBy(order => order.TaskType).ToDictionary(order => order.TaskType, order => order.Providers);
        var weights = options
            .Weights.DistinctBy(weight => weight.Provider)
            .ToDictionary(weight => weight.Provider, weight => weight.Weight);
        return
        [
            .. providers
                .Where(provider => !stored.Disabled.Contains(provider.Id))
                .OrderBy(isSilent)
                .ThenBy(Place)
                .ThenByDescending(provider => weights.GetValueOrDefault(provider.Id)),
        ];

        int Place(ProviderDescriptor provider)
        {
            if (stored.Preferred.GetValueOrDefault(provider.TaskType) == provider.Id)
                return -1;
            var place = orders.GetValueOrDefault(provider.TaskType)?.IndexOf(provider.Id) ?? -1;
            return place < 0 ? int.MaxValue : place;
        }
    }
}
