using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Nextclouds;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class NextcloudConfiguration : IEntityTypeConfiguration<Nextcloud>
{
    public void Configure(EntityTypeBuilder<Nextcloud> builder)
    {
        builder.ToTable("nextclouds").HasKey(connection => connection.Id);
        builder.Property(connection => connection.Id).HasMaxLength(32);
    }
}
