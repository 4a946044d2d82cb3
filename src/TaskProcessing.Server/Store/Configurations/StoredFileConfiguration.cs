using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class StoredFileConfiguration
    : IEntityTypeConfiguration<StoredFile>,
        IEntityTypeConfiguration<StoredBlob>,
        IEntityTypeConfiguration<FileLock>
{
    public void Configure(EntityTypeBuilder<StoredFile> builder)
    {
        builder.ToTable("files").HasKey(file => file.Id);
        builder.Ignore(file => file.ETag);
        builder.Property(file => file.UserId).HasMaxLength(64);
        builder.Property(file => file.BlobKey).HasMaxLength(32);
        builder.Property(file => file.Revision).HasMaxLength(32);

        // Files are removed with their account or task; their contents are swept then.
        builder.HasOne<Account>().WithMany().HasForeignKey(file => file.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<ProcessingTask>().WithMany().HasForeignKey(file => file.TaskId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<StoredBlob>().WithMany().HasForeignKey(file => file.BlobKey).OnDelete(DeleteBehavior.Restrict);

        // one name in one folder; paths, listings and the way down a tree, for which the folder alone must be enough
        builder
            .HasIndex(
                file => new
                {
                    file.ParentId,
                    file.UserId,
                    file.Name,
                },
                "ix_files_place"
            )
            .IsUnique()
            .HasFilter("deleted_at IS NULL AND user_id IS NOT NULL");
        // the files of an account that is removed; the bytes of a user, summed from the index alone
        builder.HasIndex(
            file => new
            {
                file.UserId,
                file.DeletedAt,
                file.Size,
            },
            "ix_files_user_id"
        );
        builder.HasIndex(file => file.TaskId, "ix_files_task_id");
        builder.HasIndex(file => file.BlobKey, "ix_files_blob_key");
        builder.HasIndex(file => file.DeletedAt, "ix_files_deleted_at").HasFilter("deleted_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<StoredBlob> builder)
    {
        builder.ToTable("blobs").HasKey(blob => blob.Key);
        builder.Property(blob => blob.Key).HasMaxLength(32);
    }

    public void Configure(EntityTypeBuilder<FileLock> builder)
    {
        builder.ToTable("file_locks").HasKey(held => held.Token);
        builder.Ignore(held => held.Path);
        builder.Property(held => held.UserId).HasMaxLength(64);
        builder.HasOne<Account>().WithMany().HasForeignKey(held => held.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(held => held.UserId, "ix_file_locks_user_id");
    }
}
