using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// What can be scheduled now. The catalogue is made anew whenever providers come or go, in this process at once and in
/// others as soon as they notice the change.
/// </summary>
internal sealed partial class AvailableTaskTypes(
    IExAppStore exApps,
    IProviderChoiceStore choices,
    ExAppPresence presence,
    IOptions<TaskTypeOptions> typeOptions,
    IOptions<ProviderOptions> providerOptions,
    ILogger<AvailableTaskTypes> logger) : IDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ImmutableArray<TaskType> _ownTypes = [.. typeOptions.Value.OwnTypes()];

    private ImmutableArray<ProviderDescriptor> _localProviders = [];
    private FrozenDictionary<string, string> _apps = FrozenDictionary<string, string>.Empty;
    private TaskTypeCatalogue _current = new([], [], ImmutableHashSet<string>.Empty);

    public TaskTypeCatalogue Current => Volatile.Read(ref _current);

    /// <summary>The providers that run in this process, enabled or not.</summary>
    public ImmutableArray<ProviderDescriptor> LocalProviders => _localProviders;

    /// <summary>The catalogue was made anew.</summary>
    public event Action? Refreshed;

    /// <summary>The app that brought the provider; null for those that run in this process.</summary>
    public string? AppOf(string providerId) => Volatile.Read(ref _apps).GetValueOrDefault(providerId);

    /// <summary>Announces the providers that run in this process; they come after those of apps.</summary>
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

    /// <summary>Reads the registrations and what was decided about providers, and makes the catalogue anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var registered = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken))
                .Select(registration => (registration.AppId, Provider: Read(registration)))
                .Where(registration => registration.Provider is not null)
                .DistinctBy(registration => registration.Provider!.Id)
                .ToList();
            var apps = registered.ToFrozenDictionary(registration => registration.Provider!.Id, registration => registration.AppId);
            var silent = presence.Silent;
            var stored = await choices.ReadAsync(cancellationToken);
            var localProviders = _localProviders;
            var choice = new ProviderChoice(providerOptions.Value, stored, provider => apps.TryGetValue(provider.Id, out var app) && silent.Contains(app));
            var providers = choice.InOrder([.. registered.Select(registration => registration.Provider!), .. localProviders]);
            Volatile.Write(ref _apps, apps);
            Volatile.Write(ref _current, new TaskTypeCatalogue(
                [.. _ownTypes, .. CustomTypes(localProviders), .. CustomTypes(registered.Select(registration => registration.Provider!))],
                providers,
                typeOptions.Value.Disabled.ToImmutableHashSet()));
        }
        finally
        {
            _refreshing.Release();
        }

        Refreshed?.Invoke();
    }

    public void Dispose() => _refreshing.Dispose();

    private static IEnumerable<TaskType> CustomTypes(IEnumerable<ProviderDescriptor> providers) =>
        providers.Select(provider => provider.CustomTaskType).OfType<TaskTypeDescriptor>().Select(TaskType.From);

    private ProviderDescriptor? Read(ProviderRegistration registration)
    {
        var parsed = ProviderDocument.Parse(registration.Provider, registration.CustomTaskType);
        if (parsed.Problem is not null)
            Log.UnreadableRegistration(logger, registration.AppId, registration.ProviderId, parsed.Problem);

        return parsed.Provider;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The provider {ProviderId} of app {AppId} is left out: {Problem}")]
        public static partial void UnreadableRegistration(ILogger logger, string appId, string providerId, string problem);
    }
}
