using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// What can be scheduled now. The catalogue is made anew whenever providers come or go, in this process at once and in
/// others as soon as they notice the change.
/// </summary>
internal sealed partial class AvailableTaskTypes(
    IExAppStore exApps, IOptions<TaskTypeOptions> typeOptions, IOptions<ProviderOptions> providerOptions, ILogger<AvailableTaskTypes> logger) : IDisposable
{
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ImmutableArray<TaskType> _ownTypes =
    [
        .. CoreTaskTypes.All,
        .. typeOptions.Value.Pipelines ? PipelineTaskTypes.All : [],
        .. typeOptions.Value.Custom.Select(custom => custom.ToTaskType()),
    ];

    private ImmutableArray<ProviderDescriptor> _localProviders = [];
    private TaskTypeCatalogue _current = new([], [], ImmutableDictionary<string, string>.Empty, ImmutableHashSet<string>.Empty);

    public TaskTypeCatalogue Current => Volatile.Read(ref _current);

    /// <summary>Announces the providers that run in this process; they come after those of apps.</summary>
    public Task SetLocalProvidersAsync(IEnumerable<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        _localProviders = [.. providers];
        return RefreshAsync(cancellationToken);
    }

    /// <summary>Reads the registrations and makes the catalogue anew.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var registered = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken)).Select(Read).OfType<ProviderDescriptor>().ToList();
            Volatile.Write(ref _current, new TaskTypeCatalogue(
                [.. _ownTypes, .. registered.Select(provider => provider.CustomTaskType).OfType<TaskTypeDescriptor>().Select(TaskType.From)],
                [.. registered, .. _localProviders],
                Preferences(),
                typeOptions.Value.Disabled.ToImmutableHashSet()));
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private ProviderDescriptor? Read(ProviderRegistration registration)
    {
        var parsed = ProviderDocument.Parse(registration.Provider, registration.CustomTaskType);
        if (parsed.Problem is not null)
            Log.UnreadableRegistration(logger, registration.AppId, registration.ProviderId, parsed.Problem);

        return parsed.Provider;
    }

    private Dictionary<string, string> Preferences() => providerOptions.Value.Preferred
        .DistinctBy(preference => preference.TaskType)
        .ToDictionary(preference => preference.TaskType, preference => preference.Provider);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The provider {ProviderId} of app {AppId} is left out: {Problem}")]
        public static partial void UnreadableRegistration(ILogger logger, string appId, string providerId, string problem);
    }
}
