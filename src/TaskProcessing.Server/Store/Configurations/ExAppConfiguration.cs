using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class ExAppConfiguration
    : IEntityTypeConfiguration<ExApp>,
        IEntityTypeConfiguration<StoredRegistration>,
        IEntityTypeConfiguration<ExAppStatus>,
        IEntityTypeConfiguration<ExAppSetting>
{
    public void Configure(EntityTypeBuilder<ExApp> builder)
    {
        builder.ToTable("exapps").HasKey(app => app.Id);
        builder.Property(app => app.Id).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<StoredRegistration> builder)
    {
        builder.ToTable("provider_registrations").HasKey(registration => registration.Id);
        builder
            .HasIndex(registration => new { registration.AppId, registration.ProviderId }, "ix_provider_registrations_app_id_provider_id")
            .IsUnique();
        builder.HasOne<ExApp>().WithMany().HasForeignKey(registration => registration.AppId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<ExAppStatus> builder)
    {
        builder.ToTable("exapp_statuses").HasKey(status => status.AppId);
        builder.HasOne<ExApp>().WithOne().HasForeignKey<ExAppStatus>(status => status.AppId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<ExAppSetting> builder)
    {
        builder.ToTable("exapp_settings").HasKey(setting => setting.Id);
        builder.HasIndex(setting => new { setting.AppId, setting.Key }, "ix_exapp_settings_config").IsUnique().HasFilter("user_id IS NULL");
        builder
            .HasIndex(
                setting => new
                {
                    setting.AppId,
                    setting.UserId,
                    setting.Key,
                },
                "ix_exapp_settings_preference"
            )
            .IsUnique()
            .HasFilter("user_id IS NOT NULL");
        builder.HasIndex(setting => setting.UserId, "ix_exapp_settings_user_id");
        builder.HasOne<ExApp>().WithMany().HasForeignKey(setting => setting.AppId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Account>().WithMany().HasForeignKey(setting => setting.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
