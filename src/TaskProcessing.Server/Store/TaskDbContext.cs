using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
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

/// <summary>The schema. Configurations/ says how each entity is kept, Migrations/ how databases get there.</summary>
internal sealed class TaskDbContext(DbContextOptions<TaskDbContext> options) : DbContext(options)
{
    public DbSet<ProcessingTask> Tasks => Set<ProcessingTask>();

    public DbSet<StoredIdempotencyKey> IdempotencyKeys => Set<StoredIdempotencyKey>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AppPassword> AppPasswords => Set<AppPassword>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<ExApp> ExApps => Set<ExApp>();

    public DbSet<ProviderRegistration> Registrations => Set<ProviderRegistration>();

    public DbSet<ExAppStatus> ExAppStatuses => Set<ExAppStatus>();

    public DbSet<ExAppSetting> ExAppSettings => Set<ExAppSetting>();

    public DbSet<StoredPreference> ProviderPreferences => Set<StoredPreference>();

    public DbSet<DisabledProvider> DisabledProviders => Set<DisabledProvider>();

    public DbSet<LocalProviderRecord> LocalProviders => Set<LocalProviderRecord>();

    public DbSet<StoredFile> Files => Set<StoredFile>();

    public DbSet<StoredBlob> Blobs => Set<StoredBlob>();

    public DbSet<FileLock> FileLocks => Set<FileLock>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<StoredWebhookKey> WebhookKeys => Set<StoredWebhookKey>();

    public DbSet<DutyEntry> Duties => Set<DutyEntry>();

    public DbSet<TopicVersion> Changes => Set<TopicVersion>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        // By name: to find them in the assembly would load all of its types, and the libraries that they want.
        modelBuilder
            .ApplyConfiguration(new ProcessingTaskConfiguration())
            .ApplyConfiguration(new IdempotencyKeyConfiguration())
            .ApplyConfiguration<Account>(new AccountConfiguration())
            .ApplyConfiguration<AppPassword>(new AccountConfiguration())
            .ApplyConfiguration(new ApiKeyConfiguration())
            .ApplyConfiguration<ExApp>(new ExAppConfiguration())
            .ApplyConfiguration<ProviderRegistration>(new ExAppConfiguration())
            .ApplyConfiguration<ExAppStatus>(new ExAppConfiguration())
            .ApplyConfiguration<ExAppSetting>(new ExAppConfiguration())
            .ApplyConfiguration<StoredPreference>(new ProviderChoiceConfiguration())
            .ApplyConfiguration<DisabledProvider>(new ProviderChoiceConfiguration())
            .ApplyConfiguration<LocalProviderRecord>(new ProviderChoiceConfiguration())
            .ApplyConfiguration<StoredFile>(new StoredFileConfiguration())
            .ApplyConfiguration<StoredBlob>(new StoredFileConfiguration())
            .ApplyConfiguration<FileLock>(new StoredFileConfiguration())
            .ApplyConfiguration<WebhookDelivery>(new WebhookConfiguration())
            .ApplyConfiguration<StoredWebhookKey>(new WebhookConfiguration())
            .ApplyConfiguration(new DutyEntryConfiguration())
            .ApplyConfiguration(new TopicVersionConfiguration())
            .ApplyConfiguration(new DataProtectionKeyConfiguration());

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
