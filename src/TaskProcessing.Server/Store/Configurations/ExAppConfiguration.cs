using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class ExAppConfiguration : IEntityTypeConfiguration<ExApp>, IEntityTypeConfiguration<ProviderRegistration>
{
    public void Configure(EntityTypeBuilder<ExApp> builder)
    {
        builder.ToTable("exapps").HasKey(app => app.Id);
        builder.Property(app => app.Id).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<ProviderRegistration> builder)
    {
        builder.ToTable("provider_registrations").HasKey(registration => registration.Id);
        builder.HasIndex(registration => new { registration.AppId, registration.ProviderId }, "ix_provider_registrations_app_id_provider_id").IsUnique();
        builder.HasOne<ExApp>().WithMany().HasForeignKey(registration => registration.AppId).OnDelete(DeleteBehavior.Cascade);
    }
}
