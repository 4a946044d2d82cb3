using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<WebhookDelivery>, IEntityTypeConfiguration<StoredWebhookKey>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        // No foreign key to the task: a delivery outlives it.
        builder.ToTable("webhook_deliveries").HasKey(delivery => delivery.Id);
        builder.Property(delivery => delivery.Id).HasMaxLength(36);
        builder.Property(delivery => delivery.UserId).HasMaxLength(64);
        builder.Property(delivery => delivery.Uri).HasMaxLength(4000);
        builder.Property(delivery => delivery.Method).HasMaxLength(64);
        builder.Property(delivery => delivery.TraceParent).HasMaxLength(TaskTraces.Length);

        // the due deliveries of each target
        builder
            .HasIndex(delivery => new { delivery.NextAttemptAt, delivery.Target }, "ix_webhook_deliveries_due")
            .HasFilter("next_attempt_at IS NOT NULL");
        // the log: its newest, its failures, which are few, and its old entries
        builder.HasIndex(delivery => new { delivery.CreatedAt, delivery.Id }, "ix_webhook_deliveries_failed").HasFilter("state IN (3, 4)");
        builder.HasIndex(delivery => new { delivery.CreatedAt, delivery.Id }, "ix_webhook_deliveries_created_at");
        builder.HasIndex(delivery => delivery.EndedAt, "ix_webhook_deliveries_ended_at").HasFilter("ended_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<StoredWebhookKey> builder)
    {
        builder.ToTable("webhook_keys").HasKey(key => key.Id);
        builder.Property(key => key.Id).ValueGeneratedNever();
    }
}
