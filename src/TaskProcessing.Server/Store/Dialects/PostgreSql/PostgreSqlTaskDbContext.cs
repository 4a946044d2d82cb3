using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The schema on PostgreSQL; its migrations are in Store/Migrations/PostgreSql.</summary>
internal sealed class PostgreSqlTaskDbContext(DbContextOptions<PostgreSqlTaskDbContext> options) : TaskDbContext(options)
{
    /// <summary>The tables that no other database has.</summary>
    public static readonly string[] OwnTables = ["rate_counts", "guess_counts", "held_places", "place_servers"];

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        // Only here: on SQLite there is one server, which counts in memory.
        modelBuilder.Entity<RateCount>().ToTable("rate_counts").HasKey(count => count.Key);
        modelBuilder.Entity<HeldPlaces>().ToTable("held_places").HasKey(places => places.Holder);
        modelBuilder.Entity<PlaceServer>().ToTable("place_servers").HasKey(server => server.Id);
        modelBuilder.Entity<GuessCount>().ToTable("guess_counts").HasKey(count => count.Network);
        base.OnModelCreating(modelBuilder);
        VacuumOften(modelBuilder.Entity<RateCount>());
        VacuumOften(modelBuilder.Entity<GuessCount>());
        VacuumOften(modelBuilder.Entity<HeldPlaces>());
        VacuumOften(modelBuilder.Entity<ProcessingTask>());
        VacuumOften(modelBuilder.Entity<StoredIdempotencyKey>());
    }

    /// <summary>
    /// For tables whose rows change many times and are then removed: PostgreSQL vacuums them when one row in fifty is
    /// dead instead of one in five, so that dead rows neither fill the disk nor slow the claim down.
    /// </summary>
    private static void VacuumOften<TEntity>(EntityTypeBuilder<TEntity> entity)
        where TEntity : class
    {
        foreach (
            var parameter in new[]
            {
                "autovacuum_vacuum_scale_factor",
                "autovacuum_vacuum_insert_scale_factor",
                "autovacuum_analyze_scale_factor",
            }
        )
            entity.HasStorageParameter(parameter, 0.02);
    }
}

/// <summary>The factory for <c>dotnet ef</c>, to compare models. It needs no database.</summary>
internal sealed class PostgreSqlDesignTimeFactory : IDesignTimeDbContextFactory<PostgreSqlTaskDbContext>
{
    public PostgreSqlTaskDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgreSqlTaskDbContext>().UseNpgsql().Options);
}
