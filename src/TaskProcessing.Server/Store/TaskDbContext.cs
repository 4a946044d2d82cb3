using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Store.Apps;
using TaskProcessing.Server.Store.Configurations;
using TaskProcessing.Server.Store.Upkeep;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store;

/// <summary>
/// The schema. Configurations/ has the mapping of each entity, Migrations/ the changes of the schema. Each database has a
/// thin subclass in its folder of Dialects/, because migrations belong to one type of context.
/// </summary>
internal abstract class TaskDbContext(DbContextOptions options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<ProcessingTask> Tasks => Set<ProcessingTask>();

    public DbSet<StoredIdempotencyKey> IdempotencyKeys => Set<StoredIdempotencyKey>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AppPassword> AppPasswords => Set<AppPassword>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<LoginFlow> LoginFlows => Set<LoginFlow>();

    public DbSet<LoginBlock> LoginBlocks => Set<LoginBlock>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<ExApp> ExApps => Set<ExApp>();

    public DbSet<StoredRegistration> Registrations => Set<StoredRegistration>();

    public DbSet<ExAppStatus> ExAppStatuses => Set<ExAppStatus>();

    public DbSet<ExAppSetting> ExAppSettings => Set<ExAppSetting>();

    public DbSet<Nextcloud> Nextclouds => Set<Nextcloud>();

    public DbSet<StoredPreference> ProviderPreferences => Set<StoredPreference>();

    public DbSet<DisabledProvider> DisabledProviders => Set<DisabledProvider>();

    public DbSet<LocalProviderRecord> LocalProviders => Set<LocalProviderRecord>();

    public DbSet<StoredFile> Files => Set<StoredFile>();

    public DbSet<StoredBlob> Blobs => Set<StoredBlob>();

    public DbSet<FileLock> FileLocks => Set<FileLock>();

    public DbSet<NextcloudTask> NextcloudTasks => Set<NextcloudTask>();

    public DbSet<NextcloudHold> NextcloudHolds => Set<NextcloudHold>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<StoredWebhookKey> WebhookKeys => Set<StoredWebhookKey>();

    public DbSet<MaintenanceRun> Duties => Set<MaintenanceRun>();

    public DbSet<TopicVersion> Changes => Set<TopicVersion>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TaskDbContext).Assembly);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            var table = entity.GetTableName()!;
            foreach (var property in entity.GetProperties())
                property.SetColumnName(ColumnName(property.Name));

            entity.FindPrimaryKey()!.SetName("pk_" + table);
            foreach (var foreignKey in entity.GetForeignKeys())
                foreignKey.SetConstraintName($"fk_{table}_{foreignKey.PrincipalEntityType.GetTableName()}");
        }
    }

    public static string ColumnName(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
