using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// Keeps the catalogue of available task types up to date. It is built anew when providers come or go: in this process at
/// once, in others when they notice the change.
/// </summary>
internal sealed partial class AvailableTaskTypes(
    IExAppStore exApps,
    IProviderChoiceStore choices,
    ExAppPresence presence,
    IOptions<TaskTypeOptions> typeOptions,
    IOptions<ProviderOptions> providerOptions,
    CurrentTaskTypes taskTypes,
    ILogger<AvailableTaskTypes> logger
) : IDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ImmutableArray<TaskType> _ownTypes = [.. typeOptions.Value.OwnTypes()];

    private ImmutableArray<ProviderDescriptor> _localProviders = [];
    private FrozenDictionary<string, string> _apps = FrozenDictionary<string, string>.Empty;

    /// <summary>The providers that run in this process, enabled or not.</summary>
    public ImmutableArray<ProviderDescriptor> LocalProviders => _localProviders;

    /// <summary>The app of the provider; null for providers of this process.</summary>
    public string? AppOf(string providerId) => Volatile.Read(ref _apps).GetValueOrDefault(providerId);

    /// <summary>Sets the providers of this process; they come after those of apps.</summary>
    public Task SetLocalProvidersAsync(IEnumerable<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        _localProviders = [.. providers];
        return RefreshAsync(cancellationToken);
    }

    public Task RemoveLocalProvidersAsync(IEnumerable<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var gone = providers.Select(provider => provider.Id).ToHashSet();
        return SetLocalProvidersAsync(_localProviders.Where(provider => !gone.Contains(provider.Id)), cancellationToken);
    }

    /// <summary>Reads the registrations and the decisions about providers, and builds the catalogue anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var registered = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken))
                .Select(registration => (registration.AppId, Provider: Read(registration)))
                .Where(registration => registration.Provider is not null && registration.Provider.UnknownShapes().Count == 0)
                .DistinctBy(registration => registration.Provider!.Id)
                .ToList();
            var apps = registered.ToFrozenDictionary(registration => registration.Provider!.Id, registration => registration.AppId);
            var silent = presence.Silent;
            var stored = await choices.ReadAsync(cancellationToken);
            var localProviders = _localProviders;
            var choice = new ProviderChoice(
                providerOptions.Value,
                stored,
                provider => apps.TryGetValue(provider.Id, out var app) && silent.Contains(app)
            );
            var providers = choice.InOrder([.. registered.Select(registration => registration.Provider!), .. localProviders]);
            Volatile.Write(ref _apps, apps);
            taskTypes.Replace(
                new TaskTypeCatalogue(
                    [
                        .. _ownTypes,
                        .. CustomTypes(localProviders),
                        .. CustomTypes(registered.Select(registration => registration.Provider!)),
                    ],
                    providers,
                    typeOptions.Value.Disabled.ToImmutableHashSet()
                )
            );
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private static IEnumerable<TaskType> CustomTypes(IEnumerable<ProviderDescriptor> providers) =>
        providers.Select(provider => provider.CustomTaskType).OfType<TaskTypeDescriptor>().Select(TaskType.From);

    private ProviderDescriptor? Read(StoredRegistration registration)
    {
        var parsed = ProviderDocument.Parse(registration.Provider, registration.CustomTaskType);
        if (parsed.Problem is not null)
            Log.UnreadableRegistration(logger, registration.AppId, registration.ProviderId, parsed.Problem);

        return parsed.Provider;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Provider {ProviderId} of app {AppId} is ignored: {Problem}")]
        public static partial void UnreadableRegistration(ILogger logger, string appId, string providerId, string problem);
    }
}
