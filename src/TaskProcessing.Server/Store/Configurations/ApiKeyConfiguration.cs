using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys").HasKey(key => key.Name);
        builder.Property(key => key.Name).HasMaxLength(64);
        builder.Property(key => key.KeyHash).HasMaxLength(64);
        builder.HasIndex(key => key.KeyHash, "ix_api_keys_key_hash").IsUnique();
    }
}
