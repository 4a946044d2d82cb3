using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class TopicVersionConfiguration : IEntityTypeConfiguration<TopicVersion>
{
    public void Configure(EntityTypeBuilder<TopicVersion> builder)
    {
        builder.ToTable("changes").HasKey(change => change.Topic);
        builder.Property(change => change.Topic).ValueGeneratedNever();
    }
}
