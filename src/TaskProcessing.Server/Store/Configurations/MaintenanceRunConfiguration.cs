using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Store.Upkeep;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class MaintenanceRunConfiguration : IEntityTypeConfiguration<MaintenanceRun>
{
    public void Configure(EntityTypeBuilder<MaintenanceRun> builder) => builder.ToTable("duties").HasKey(duty => duty.Name);
}
