using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Dialects.PostgreSql;

namespace TaskProcessing.Server.Store.Copying;

/// <summary>
/// Copies the whole database of a SQLite file into an empty PostgreSQL database, table by table in the order of their keys.
/// Nobody else can open the file meanwhile, and no server starts on the target before everything is there. A copy that was
/// interrupted goes on after the last row that arrived.
/// </summary>
internal sealed class CopyStore(Dialect dialect, IDbContextFactory<TaskDbContext> contexts)
{
    /// <param name="target">The services of the other database.</param>
    /// <param name="say">Hears how far it is.</param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <exception cref="StoreUnavailableException">One of the databases cannot be used.</exception>
    public async Task<CopyOutcome> RunAsync(CopyTargetServices target, Action<string> say, CancellationToken cancellationToken)
    {
        if (dialect.CopySource is not { } source || target.Dialect.CopyTarget is not { } copy)
            return new CopyOutcome.Unsupported(dialect.Location, target.Dialect.Location);

        await using var reading = await source.OpenAsync(cancellationToken);
        if (reading is null)
            return new CopyOutcome.InUse(dialect.Location);

        try
        {
            await using var db = await target.Contexts.CreateDbContextAsync(cancellationToken);
            var tables = await ListTablesAsync(cancellationToken);
            if (!await IsBegunAsync(db, cancellationToken))
                await target.Migrator.MigrateAsync(cancellationToken);
            // Two copies into one database come one after the other; the second one finds it filled.
            await using var turn = await target.Dialect.LockMigrationsAsync(cancellationToken);
            await using var writing = await copy.OpenAsync(cancellationToken);
            if (await BeginAsync(db, tables, writing, target.Dialect.Location, cancellationToken) is { } refusal)
                return refusal;

            return await new TableCopies(tables, reading, writing, say).RunAsync(cancellationToken);
        }
        catch (Exception error) when (target.Dialect.IsOutage(error))
        {
            throw new StoreUnavailableException(
                $"Cannot copy into {target.Dialect.Location}: {error.GetBaseException().Message.TrimEnd('.')}; "
                    + "what arrived is kept, run the command again to go on",
                error
            );
        }
    }

    /// <summary>Those of the source: a table that another database alone has is none of its own data.</summary>
    private async Task<IReadOnlyList<CopiedTable>> ListTablesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return CopiedTable.ListAll(db.Model);
    }

    private static async Task<bool> IsBegunAsync(TaskDbContext db, CancellationToken cancellationToken) =>
        await db.Database.CanConnectAsync(cancellationToken)
        && (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Contains(UnfinishedCopy.Mark);

    /// <summary>Marks the target as unfinished, so that no server starts on it. Answers why not, when it cannot be used.</summary>
    private static async Task<CopyOutcome?> BeginAsync(
        TaskDbContext db,
        IReadOnlyList<CopiedTable> tables,
        PostgreSqlCopyWriter writing,
        string location,
        CancellationToken cancellationToken
    )
    {
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        var begun = applied.Remove(UnfinishedCopy.Mark);
        if (!applied.SequenceEqual(db.Database.GetMigrations()))
            return new CopyOutcome.OtherVersion(location);
        if (begun)
            return null;

        await writing.MarkAsync(cancellationToken);
        var filled = new List<string>();
        foreach (var table in tables)
        {
            if (await writing.ReadLastKeyAsync(table, cancellationToken) is not null)
                filled.Add(table.Name);
        }

        if (filled.Count == 0)
            return null;

        await writing.UnmarkAsync(cancellationToken);
        return new CopyOutcome.Filled(location, filled);
    }
}

/// <param name="Dialect">Of the database that becomes the copy.</param>
/// <param name="Contexts">Open it.</param>
/// <param name="Migrator">Makes its tables.</param>
internal sealed record CopyTargetServices(Dialect Dialect, IDbContextFactory<TaskDbContext> Contexts, StoreMigrator Migrator)
{
    public static CopyTargetServices Of(IServiceProvider services) =>
        new(
            services.GetRequiredService<Dialect>(),
            services.GetRequiredService<IDbContextFactory<TaskDbContext>>(),
            services.GetRequiredService<StoreMigrator>()
        );
}
