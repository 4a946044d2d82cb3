using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Pages;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Rest;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Wire;
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
        services
            .AddSection<StoreOptions>(configuration, "Store")
            .Validate(
                options => options.Provider == DatabaseProvider.Sqlite || !string.IsNullOrWhiteSpace(options.ConnectionString),
                "Store:ConnectionString must be set when Store:Provider is PostgreSql"
            );
        services.AddSection<SecretsOptions>(configuration, SecretsOptions.Section);
        services.AddSection<OcsOptions>(configuration, "Ocs");
        services.AddSection<GuestOptions>(configuration, "Guests");
        services.AddSection<PageOptions>(configuration, "Pages");
        services.AddSection<SessionOptions>(configuration, "Sessions");
        services.AddSection<BruteForceOptions>(configuration, "BruteForce");
        services.AddSection<RateLimitOptions>(configuration, "RateLimits");
        services.AddSection<ProviderOptions>(configuration, "Providers");
        services.AddSingleton<IValidateOptions<ProviderOptions>, CommandCheck>();
        services.AddSection<FilesOptions>(configuration, "Files");
        services.AddSection<AppApiOptions>(configuration, "AppApi");
        services.AddSection<HttpOptions>(configuration, "Http");
        services.AddSection<ProxyOptions>(configuration, "Proxies");
        services.AddSection<RestOptions>(configuration, "Rest");
        services.AddSection<ApiDocumentOptions>(configuration, "ApiDocuments");
        services.AddSection<MetricsOptions>(configuration, MetricsOptions.Section);
        services.AddSection<LeaseOptions>(configuration, "Leases");
        services.AddSection<QueueOptions>(configuration, "Queue");
        services.AddSection<HeldConnectionOptions>(configuration, "Waiting");
        services.AddSection<ShutdownOptions>(configuration, ShutdownOptions.Section);
        services.AddSection<RetentionOptions>(configuration, "Retention");
        services.AddSection<NextcloudOptions>(configuration, "Nextclouds");
        services.AddSection<WebhookOptions>(configuration, "Webhooks");
        services.AddSingleton(provider => TaskJson.Of(provider.GetRequiredService<IOptions<OcsOptions>>().Value.Profile));
        services.AddSection<TaskTypeOptions>(configuration, "TaskTypes");
    }

    private static OptionsBuilder<T> AddSection<T>(this IServiceCollection services, IConfiguration configuration, string? section)
        where T : class
    {
        var check = new OptionsCheck<T>(section);
        services.AddSingleton<IValidateOptions<T>>(check);
        services.AddSingleton<IOptionsSection>(check);
        return services.AddOptions<T>().Bind(section is null ? configuration : configuration.GetSection(section)).ValidateOnStart();
    }
}
