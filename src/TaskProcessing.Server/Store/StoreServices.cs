using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Store.Apps;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Files;
using TaskProcessing.Server.Store.Migrations;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Upkeep;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Pages;
using TaskProcessing.Server.Tasks.Waiting;
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
        services.AddSingleton(provider => CreateDialect(
            provider.GetRequiredService<IOptions<StoreOptions>>().Value,
            provider.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory));
        services.AddPooledDbContextFactory<TaskDbContext>((provider, options) =>
        {
            provider.GetRequiredService<Dialect>().Configure(options);
            options.ReplaceService<IMigrationsAssembly, KnownMigrations>();
            options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
            // Whoever called gets the exception: it is logged there, or by Outages, and once.
            options.ConfigureWarnings(warnings => warnings.Ignore(
                CoreEventId.QueryIterationFailed, CoreEventId.SaveChangesFailed, RelationalEventId.CommandError, RelationalEventId.ConnectionError, RelationalEventId.TransactionError));
        });

        services.AddSingleton<Database>();
        services.AddSingleton(provider => provider.GetRequiredService<Dialect>().Signals);
        services.AddSingleton<TaskCache>();
        services.AddSingleton<StoreMigrator>();
        services.AddSingleton<ITaskStore, TaskStore>();
        services.AddSingleton<ITaskPages, TaskPages>();
        services.AddSingleton<IFollowedTasks, FollowedTasks>();
        services.AddSingleton<ITaskUpkeep, TaskUpkeepStore>();
        services.AddSingleton<IAccountStore, AccountStore>();
        services.AddSingleton<IApiKeyStore, ApiKeyStore>();
        services.AddSingleton<IExAppStore, ExAppStore>();
        services.AddSingleton<IExAppStatusStore, ExAppStatusStore>();
        services.AddSingleton<IExAppSettingStore, ExAppSettingStore>();
        services.AddSingleton<IProviderChoiceStore, ProviderChoiceStore>();
        services.AddSingleton<IFileStore, FileStore>();
        services.AddSingleton<IBlobCatalogue, BlobCatalogue>();
        services.AddSingleton<IFileSweep, FileSweep>();
        services.AddSingleton<IFileLockStore, FileLockStore>();
        services.AddSingleton<WebhookBell>();
        services.AddSingleton<WebhookOutbox>();
        services.AddSingleton<IWebhookStore, WebhookStore>();
        services.AddSingleton<IDutyCalendar, DutyCalendar>();
        services.AddSingleton<IStoreProbe, StoreProbe>();
        services.AddSingleton<IChangeStore, ChangeStore>();

        services.AddSingleton<DataProtectionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<DataProtectionKeys>((options, keys) => options.XmlRepository = keys);
        return services;
    }

    private static Dialect CreateDialect(StoreOptions options, string dataDirectory) => options.Provider switch
    {
        StoreProvider.Sqlite => new SqliteDialect(options.ConnectionString, dataDirectory),
        StoreProvider.PostgreSql => new PostgreSqlDialect(options.ConnectionString),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Provider, "Unknown store."),
    };
}
