using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class IdempotencyKeyConfiguration : IEntityTypeConfiguration<StoredIdempotencyKey>
{
    public void Configure(EntityTypeBuilder<StoredIdempotencyKey> builder)
    {
        builder
            .ToTable("idempotency_keys")
            .HasKey(key => new
            {
                key.Party,
                key.AppId,
                key.Key,
            });
        builder.Property(key => key.Party).HasMaxLength(70);
        builder.Property(key => key.AppId).HasMaxLength(64);
        builder.Property(key => key.Key).HasMaxLength(255);
        builder.Property(key => key.Request).HasMaxLength(64);
        builder.HasIndex(key => key.CreatedAt, "ix_idempotency_keys_created_at");
    }
}
