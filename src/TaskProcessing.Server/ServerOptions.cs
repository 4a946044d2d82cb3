using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Commands;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Leases;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server;

/// <summary>Binds the options of every room and checks them on start, all at once.</summary>
internal static class ServerOptions
{
    public static void AddServerOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSection<DataDirectoryOptions>(configuration, section: null);
        services.AddSection<StoreOptions>(configuration, "Store").Validate(
            options => options.Provider == StoreProvider.Sqlite || !string.IsNullOrWhiteSpace(options.ConnectionString),
            "Store:ConnectionString must be set when Store:Provider is PostgreSql");
        services.AddSection<SecretsOptions>(configuration, SecretsOptions.Section);
        services.AddSection<OcsOptions>(configuration, "Ocs");
        services.AddSection<GuestOptions>(configuration, "Guests");
        services.AddSection<BruteForceOptions>(configuration, "BruteForce");
        services.AddSection<RateLimitOptions>(configuration, "RateLimits");
        services.AddSection<ProviderOptions>(configuration, "Providers");
        services.AddSingleton<IValidateOptions<ProviderOptions>, CommandCheck>();
        services.AddSection<FilesOptions>(configuration, "Files");
        services.AddSection<AppApiOptions>(configuration, "AppApi");
        services.AddSection<ProxyOptions>(configuration, "Proxies");
        services.AddSection<RestOptions>(configuration, "Rest");
        services.AddSection<LeaseOptions>(configuration, "Leases");
        services.AddSection<QueueOptions>(configuration, "Queue");
        services.AddSection<WaitingOptions>(configuration, "Waiting");
        services.AddSection<RetentionOptions>(configuration, "Retention");
        services.AddSection<WebhookOptions>(configuration, "Webhooks");
        services.AddOptions<WebhookForm>().Configure<IOptions<OcsOptions>>((form, ocs) => form.IsNextclouds = ocs.Value.Profile == OcsProfile.Nextcloud);
        services.AddSection<TaskTypeOptions>(configuration, "TaskTypes");
    }

    /// <summary>The proxies whose word on the client's address counts.</summary>
    public static void AddForwardedHeaders(this IServiceCollection services) =>
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((forwarded, proxies) =>
        {
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var proxy in proxies.Value.Trusted)
                forwarded.KnownIPNetworks.Add(ProxyOptions.ParseNetwork(proxy));

            // Without a trusted proxy the headers are anybody's claim.
            forwarded.ForwardedHeaders = proxies.Value.Trusted.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.ForwardLimit = null;
        });

    private static OptionsBuilder<T> AddSection<T>(this IServiceCollection services, IConfiguration configuration, string? section)
        where T : class
    {
        var check = new OptionsCheck<T>(section);
        services.AddSingleton<IValidateOptions<T>>(check);
        services.AddSingleton<IOptionsSection>(check);
        return services.AddOptions<T>().Bind(section is null ? configuration : configuration.GetSection(section)).ValidateOnStart();
    }
}
