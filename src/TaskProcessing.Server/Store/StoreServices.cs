using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Store.Apps;
using TaskProcessing.Server.Store.Copying;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Files;
using TaskProcessing.Server.Store.Nextclouds;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Upkeep;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store;

internal static class StoreServices
{
    /// <summary>
    /// Everything that is kept in the database, Data Protection keys included. Reads <see cref="StoreOptions"/> and
    /// <see cref="DataDirectoryOptions"/>; opens nothing before the first call.
    /// </summary>
    public static IServiceCollection AddTaskStore(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
            CreateDialect(
                provider.GetRequiredService<IOptions<StoreOptions>>().Value,
                provider.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory
            )
        );
        services.AddPooledDbContextFactory<SqliteTaskDbContext>(Configure);
        services.AddPooledDbContextFactory<PostgreSqlTaskDbContext>(Configure);
        services.AddSingleton(provider => provider.GetRequiredService<Dialect>().FindContexts(provider));

        services.AddSingleton<Database>();
        services.AddSingleton(provider => provider.GetRequiredService<Dialect>().Notifier);
        services.AddSingleton(provider => provider.GetRequiredService<Dialect>().Copies);
        services.AddSingleton(provider =>
            provider
                .GetRequiredService<Dialect>()
                .CountRates(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>())
        );
        services.AddSingleton(provider =>
            provider
                .GetRequiredService<Dialect>()
                .CountGuesses(
                    provider.GetRequiredService<Database>(),
                    provider.GetRequiredService<IOptions<BruteForceOptions>>(),
                    provider.GetRequiredService<TimeProvider>()
                )
        );
        services.AddSingleton(provider => provider.GetRequiredService<Dialect>().SharePlaces(provider.GetRequiredService<Database>()));
        services.AddSingleton<StoreMigrator>();
        services.AddSingleton<CopyStore>();
        services.AddSingleton<ITaskStore, TaskStore>();
        services.AddSingleton<ITaskStatistics, TaskStatistics>();
        services.AddSingleton<IFollowedTasks, FollowedTasks>();
        services.AddSingleton<ITaskUpkeep, TaskUpkeepStore>();
        services.AddSingleton<IAccountStore, AccountStore>();
        services.AddSingleton<ISessionStore, SessionStore>();
        services.AddSingleton<ILoginFlowStore, LoginFlowStore>();
        services.AddSingleton<ILoginBlockStore, LoginBlockStore>();
        services.AddSingleton<IApiKeyStore, ApiKeyStore>();
        services.AddSingleton<IExAppStore, ExAppStore>();
        services.AddSingleton<IExAppStatusStore, ExAppStatusStore>();
        services.AddSingleton<IExAppSettingStore, ExAppSettingStore>();
        services.AddSingleton<IProviderChoiceStore, ProviderChoiceStore>();
        services.AddSingleton<INextcloudStore, NextcloudStore>();
        services.AddSingleton<FileTrees>();
        services.AddSingleton<IFileStore, FileStore>();
        services.AddSingleton<IBlobCatalogue, BlobCatalogue>();
        services.AddSingleton<IFileSweep, FileSweep>();
        services.AddSingleton<IFileLockStore, FileLockStore>();
        services.AddSingleton<INextcloudTaskStore, NextcloudTaskStore>();
        services.AddSingleton<TaskSignal>();
        services.AddSingleton<WebhookSignal>();
        services.TryAddSingleton(TaskJson.Manual);
        services.AddSingleton<WebhookOutbox>();
        services.AddSingleton<IWebhookStore, WebhookStore>();
        services.AddSingleton<IMaintenanceSchedule, MaintenanceSchedule>();
        services.AddSingleton<IStoreProbe, StoreProbe>();
        services.AddSingleton<IStoredTimes, StoredTimes>();
        services.AddSingleton<IChangeStore, ChangeStore>();

        // Data Protection resolves a context in a scope of its own.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TaskDbContext>>().CreateDbContext());
        services.AddDataProtection().PersistKeysToDbContext<TaskDbContext>();
        services.AddHealthChecks().AddCheck<StoreHealth>("store");
        return services;
    }

    private static void Configure(IServiceProvider provider, DbContextOptionsBuilder options)
    {
        provider.GetRequiredService<Dialect>().Configure(options);
        options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
        // The caller gets the exception: it is logged there, or by Outages, and once.
        options.ConfigureWarnings(warnings =>
            warnings.Ignore(
                CoreEventId.QueryIterationFailed,
                CoreEventId.SaveChangesFailed,
                RelationalEventId.CommandError,
                RelationalEventId.ConnectionError,
                RelationalEventId.TransactionError
            )
        );
    }

    private static Dialect CreateDialect(StoreOptions options, string dataDirectory) =>
        options.Provider switch
        {
            DatabaseProvider.Sqlite => new SqliteDialect(options.ConnectionString, dataDirectory, options.CacheMegabytes),
            DatabaseProvider.PostgreSql => new PostgreSqlDialect(options.ConnectionString, options.DirectConnectionString),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Provider, "Unknown store."),
        };
}
