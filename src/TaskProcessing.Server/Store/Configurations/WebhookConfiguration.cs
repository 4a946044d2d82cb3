using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<WebhookDelivery>, IEntityTypeConfiguration<StoredWebhookKey>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        // No tie to the task: what is to be said outlives it.
        builder.ToTable("webhook_deliveries").HasKey(delivery => delivery.Id);
        builder.Property(delivery => delivery.Id).HasMaxLength(36);
        builder.Property(delivery => delivery.UserId).HasMaxLength(64);
        builder.Property(delivery => delivery.Uri).HasMaxLength(4000);
        builder.Property(delivery => delivery.Method).HasMaxLength(64);

        // what is due, and for whom
        builder.HasIndex(delivery => new { delivery.NextAttemptAt, delivery.Target }, "ix_webhook_deliveries_due").HasFilter("next_attempt_at IS NOT NULL");
        // the log: its newest, its failures, and what is old
        builder.HasIndex(delivery => new { delivery.CreatedAt, delivery.Id }, "ix_webhook_deliveries_created_at");
        builder.HasIndex(delivery => delivery.EndedAt, "ix_webhook_deliveries_ended_at").HasFilter("ended_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<StoredWebhookKey> builder)
    {
        builder.ToTable("webhook_keys").HasKey(key => key.Id);
        builder.Property(key => key.Id).ValueGeneratedNever();
    }
}
