using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class ProcessingTaskConfiguration : IEntityTypeConfiguration<ProcessingTask>
{
    public void Configure(EntityTypeBuilder<ProcessingTask> builder)
    {
        builder.ToTable("tasks").HasKey(task => task.Id);
        builder.Ignore(task => task.Owner).Ignore(task => task.HasWebhook);

        builder.Property(task => task.Type).HasMaxLength(255);
        builder.Property(task => task.UserId).HasMaxLength(64);
        builder.Property(task => task.GuestAddress).HasMaxLength(64);
        builder.Property(task => task.AppId).HasMaxLength(64);
        builder.Property(task => task.CustomId).HasMaxLength(255);
        builder.Property(task => task.WebhookUri).HasMaxLength(4000);
        builder.Property(task => task.WebhookMethod).HasMaxLength(64);
        builder.Property(task => task.ProviderId).HasMaxLength(255);

        builder.Property(task => task.TraceParent).HasMaxLength(TaskTraces.Length);

        builder.Property(task => task.Party).HasMaxLength(70).UsePropertyAccessMode(PropertyAccessMode.Property);

        // claim and "is anything waiting": in the order of the claim
        builder
            .HasIndex(
                task => new
                {
                    task.Type,
                    task.Priority,
                    task.Turn,
                    task.Id,
                },
                "ix_tasks_queue"
            )
            .IsDescending(false, true, false, false)
            .HasFilter("status = 1 AND not_before IS NULL");
        // the turn of a new task, and the cap of a party
        builder
            .HasIndex(
                task => new
                {
                    task.Party,
                    task.Type,
                    task.Priority,
                    task.Turn,
                },
                "ix_tasks_party"
            )
            .HasFilter("status = 1");
        // leases that are over, and delays
        builder.HasIndex(task => task.LeaseUntil, "ix_tasks_lease").HasFilter("status = 2");
        builder.HasIndex(task => task.NotBefore, "ix_tasks_not_before").HasFilter("not_before IS NOT NULL");
        // statistics, and retention: of tasks that have ended, so that it costs nothing before
        builder
            .HasIndex(
                task => new
                {
                    task.Type,
                    task.Status,
                    task.LastUpdated,
                },
                "ix_tasks_ended"
            )
            .HasFilter("status NOT IN (1, 2)");
        // queue position, and the cap of an app, which is read along; "id > 0" is true of every task and keeps PostgreSQL
        // from using this index, because it is short, for queries that look for a type and would then read the whole queue
        builder.HasIndex(task => new { task.Id, task.AppId }, "ix_tasks_scheduled").HasFilter("status = 1 AND id > 0");
        // lists of a user; their other filters are applied to the rows of this index
        builder.HasIndex(task => new { task.UserId, task.Id }, "ix_tasks_user");
        builder.HasIndex(task => new { task.UserId, task.CustomId }, "ix_tasks_custom").HasFilter("custom_id IS NOT NULL");
        // pages of the REST API: by project, and by the statuses that are few among many finished tasks
        builder.HasIndex(task => new { task.ProjectId, task.Id }, "ix_tasks_project").HasFilter("project_id <> 0");
        builder.HasIndex(task => new { task.Status, task.Id }, "ix_tasks_rare_status").HasFilter("status IN (2, 4, 5)");
    }
}
