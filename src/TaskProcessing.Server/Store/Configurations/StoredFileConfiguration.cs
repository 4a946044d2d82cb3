using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class StoredFileConfiguration : IEntityTypeConfiguration<StoredFile>
{
    public void Configure(EntityTypeBuilder<StoredFile> builder)
    {
        builder.ToTable("files").HasKey(file => file.Id);
        builder.Property(file => file.UserId).HasMaxLength(64);
        builder.HasIndex(file => file.UserId, "ix_files_user_id");
    }
}
