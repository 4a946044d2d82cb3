using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;

namespace TaskProcessing.Server.Store.Migrations;

internal static class StorageParameters
{
    /// <summary>
    /// For tables whose rows change many times and then go: PostgreSQL vacuums them when one row in fifty is dead instead
    /// of one in five, so that dead rows neither fill the disk nor slow the claim down. SQLite knows no such thing.
    /// </summary>
    public static CreateTableBuilder<TColumns> KeepSmall<TColumns>(this CreateTableBuilder<TColumns> table)
    {
        foreach (var parameter in new[] { "autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor", "autovacuum_analyze_scale_factor" })
            table.Annotation($"Npgsql:StorageParameter:{parameter}", 0.02);
        return table;
    }
}
