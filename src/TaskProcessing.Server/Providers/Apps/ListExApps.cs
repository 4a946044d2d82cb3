using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Lists the provider apps with their state; from the store, for any process.</summary>
internal sealed class ListExApps(IExAppStore exApps, IExAppStatusStore statuses, IOptions<ProviderOptions> options, TimeProvider time)
{
    /// <returns>By id.</returns>
    public async Task<IReadOnlyList<ListedExApp>> RunAsync(CancellationToken cancellationToken)
    {
        var known = (await statuses.ListAsync(cancellationToken)).ToDictionary(status => status.AppId);
        var providers = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken)).ToLookup(registration => registration.AppId);
        var now = time.GetUtcNow();
        return [.. (await exApps.ListAsync(cancellationToken)).Select(Listed)];

        ListedExApp Listed(ExApp app)
        {
            var status = known.GetValueOrDefault(app.Id) ?? new ExAppStatus { AppId = app.Id };
            var count = providers[app.Id].Count();
            return new ListedExApp(
                app,
                status,
                ExAppCondition.Describe(app, status, options.Value, now),
                ExAppCondition.TroubleOf(app, status, count, options.Value, now),
                count
            );
        }
    }
}

/// <param name="App">The app.</param>
/// <param name="Status">The stored status.</param>
/// <param name="State">The state in a few words.</param>
/// <param name="Trouble">The fault.</param>
/// <param name="Providers">How many providers it has registered; 0 while it is disabled.</param>
internal sealed record ListedExApp(ExApp App, ExAppStatus Status, string State, ExAppTrouble Trouble, int Providers);
