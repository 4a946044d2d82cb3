using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Store.Apps;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class ProviderChoiceConfiguration
    : IEntityTypeConfiguration<StoredPreference>,
        IEntityTypeConfiguration<DisabledProvider>,
        IEntityTypeConfiguration<LocalProviderRecord>
{
    public void Configure(EntityTypeBuilder<StoredPreference> builder) =>
        builder.ToTable("provider_preferences").HasKey(preference => preference.TaskType);

    public void Configure(EntityTypeBuilder<DisabledProvider> builder) =>
        builder.ToTable("disabled_providers").HasKey(provider => provider.ProviderId);

    public void Configure(EntityTypeBuilder<LocalProviderRecord> builder) =>
        builder.ToTable("local_providers").HasKey(provider => provider.ProviderId);
}
