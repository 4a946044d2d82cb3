using TaskProcessing.Providers;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>All providers of this process, from all sources.</summary>
internal sealed class LocalProviders(IEnumerable<ILocalProviderSource> sources)
{
    public IReadOnlyList<ILocalProviderSource> Sources { get; } = [.. sources];

    public IReadOnlyList<TaskProvider> Current => [.. Sources.SelectMany(source => source.Providers)];

    public IEnumerable<ProviderDescriptor> Descriptors => Current.Select(provider => provider.Descriptor);
}
