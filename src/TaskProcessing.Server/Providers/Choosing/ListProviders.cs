using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>Lists all known providers with their task type and state; from the store, for any process.</summary>
internal sealed class ListProviders(
    IExAppStore exApps,
    IExAppStatusStore statuses,
    IProviderChoiceStore choices,
    IOptions<ProviderOptions> options,
    IOptions<TaskTypeOptions> types,
    TimeProvider time
)
{
    /// <returns>By task type; within one in the order of preference, unavailable ones at the end.</returns>
    public async Task<IReadOnlyList<KnownProvider>> RunAsync(CancellationToken cancellationToken)
    {
        var stored = await choices.ReadAsync(cancellationToken);
        var now = time.GetUtcNow();
        var seen = (await statuses.ListAsync(cancellationToken)).ToDictionary(status => status.AppId, status => status.SeenAt);
        var silent = seen.Where(app =>
                options.Value.SilentAfterSeconds > 0 && now - app.Value > ExAppCondition.LongestSilence(options.Value)
            )
            .Select(app => app.Key)
            .ToHashSet();

        var apps = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken)).Select(registration =>
            (
                Provider: Descriptor(registration.ProviderId, registration.DisplayName, registration.TaskType),
                Source: registration.AppId,
                SeenAt: seen.GetValueOrDefault(registration.AppId),
                IsSilent: silent.Contains(registration.AppId),
                IsRunning: true
            )
        );
        var local = (await choices.ListLocalAsync(cancellationToken)).Select(record =>
            (
                Provider: Descriptor(record.ProviderId, record.Name, record.TaskType),
                Source: SourceOf(record.ProviderId),
                SeenAt: (DateTimeOffset?)record.SeenAt,
                IsSilent: false,
                IsRunning: record.IsRunning(now)
            )
        );
        var all = apps.Concat(local).DistinctBy(known => known.Provider.Id).ToList();

        var silentProviders = all.Where(known => known.IsSilent).Select(known => known.Provider).ToHashSet();
        var ordered = new ProviderChoice(options.Value, stored, silentProviders.Contains).InOrder(
            all.Where(known => known.IsRunning).Select(known => known.Provider)
        );
        var serving = ordered
            .DistinctBy(provider => provider.TaskType)
            .Where(provider => !types.Value.Disabled.Contains(provider.TaskType))
            .ToHashSet();
        var places = ordered.Select((provider, place) => (provider, place)).ToDictionary(entry => entry.provider, entry => entry.place);
        return
        [
            .. all.Select(known => (Known: known, State: State(known.Provider, known.IsRunning, known.IsSilent)))
                .OrderBy(row => row.Known.Provider.TaskType, StringComparer.Ordinal)
                .ThenBy(row => places.GetValueOrDefault(row.Known.Provider, int.MaxValue))
                .Select(row => new KnownProvider(
                    row.Known.Provider.Id,
                    row.Known.Provider.Name,
                    row.Known.Source,
                    row.Known.Provider.TaskType,
                    row.State,
                    row.Known.SeenAt
                )),
        ];

        ProviderState State(ProviderDescriptor provider, bool isRunning, bool isSilent) =>
            stored.Disabled.Contains(provider.Id) ? ProviderState.Disabled
            : !isRunning ? ProviderState.NotRunning
            : serving.Contains(provider) ? ProviderState.Serving
            : isSilent ? ProviderState.Silent
            : ProviderState.StandingBy;
    }

    private static ProviderDescriptor Descriptor(string id, string name, string taskType) =>
        new()
        {
            Id = id,
            Name = name,
            TaskType = taskType,
        };

    /// <summary>Sources begin the ids of their providers with a word of their own.</summary>
    private static string SourceOf(string providerId) => $"server ({providerId.Split(':')[0]})";
}

/// <param name="Id">The provider's id.</param>
/// <param name="Name">The name shown to people.</param>
/// <param name="Source">The app that brought it, or which source of the server.</param>
/// <param name="TaskType">The task type's id.</param>
/// <param name="State">The state.</param>
/// <param name="SeenAt">The last sign of life of its app or its server.</param>
internal sealed record KnownProvider(string Id, string Name, string Source, string TaskType, ProviderState State, DateTimeOffset? SeenAt);

internal enum ProviderState
{
    /// <summary>Gets the tasks of its type.</summary>
    Serving,

    /// <summary>Would get them if the one before it could not.</summary>
    StandingBy,

    /// <summary>Its app was silent for too long.</summary>
    Silent,

    /// <summary>An operator took it out of service.</summary>
    Disabled,

    /// <summary>It lives in a server, and no such server runs.</summary>
    NotRunning,
}
