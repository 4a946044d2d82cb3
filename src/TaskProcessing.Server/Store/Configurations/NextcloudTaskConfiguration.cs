using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Store.Configurations;

/// <remarks>No foreign keys: a claimed task has to be ended there, whatever becomes of its connection's row or of the local task.</remarks>
internal sealed class NextcloudTaskConfiguration : IEntityTypeConfiguration<NextcloudTask>, IEntityTypeConfiguration<NextcloudHold>
{
    public void Configure(EntityTypeBuilder<NextcloudTask> builder)
    {
        builder.ToTable("nextcloud_tasks").HasKey(task => task.Id);
        builder.Property(task => task.NextcloudId).HasMaxLength(32);
        builder.Property(task => task.RemoteUser).HasMaxLength(255);
        builder.Property(task => task.Type).HasMaxLength(255);
        builder.Property(task => task.Key).HasMaxLength(NextcloudTask.KeyLength);
        builder.HasIndex(task => new { task.NextcloudId, task.RemoteId }, "ix_nextcloud_tasks_remote").IsUnique();
        // the work of a connection, which is little beside what has ended
        builder.HasIndex(task => new { task.NextcloudId, task.Id }, "ix_nextcloud_tasks_unfinished").HasFilter("state <> 3");
        // the origin of a local task
        builder.HasIndex(task => task.TaskId, "ix_nextcloud_tasks_task_id");
        builder.HasIndex(task => task.EndedAt, "ix_nextcloud_tasks_ended_at").HasFilter("ended_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<NextcloudHold> builder)
    {
        builder.ToTable("nextcloud_holds").HasKey(hold => hold.NextcloudId);
        builder.Property(hold => hold.NextcloudId).HasMaxLength(32);
        builder.Property(hold => hold.Holder).HasMaxLength(32);
        // A server of before it counts one for each poll.
        builder.Property(hold => hold.Asked).HasDefaultValue(1);
    }
}
