using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Store.Upkeep;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class DutyEntryConfiguration : IEntityTypeConfiguration<DutyEntry>
{
    public void Configure(EntityTypeBuilder<DutyEntry> builder) => builder.ToTable("duties").HasKey(duty => duty.Name);
}
