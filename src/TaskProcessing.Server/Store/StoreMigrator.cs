using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>Brings the schema up to date: on start, and for the command <c>migrate</c>.</summary>
internal sealed partial class StoreMigrator(IDbContextFactory<TaskDbContext> contexts, Dialect dialect, ILogger<StoreMigrator> logger)
{
    /// <summary>Which database it is, for messages; without credentials.</summary>
    public string Location => dialect.Location;

    /// <summary>Applies what is pending and names it, oldest first. Several processes may try at once: one does it, the others wait.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ListPendingOnceAsync(cancellationToken) is [])
                return [];

            await using var turn = await dialect.LockMigrationsAsync(cancellationToken);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending is not [])
                await db.Database.MigrateAsync(cancellationToken);
            foreach (var migration in pending)
                Log.Applied(logger, migration, dialect.Location);
            return pending;
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Unavailable(error);
        }
    }

    /// <summary>The migrations that this program knows and the database has not seen, oldest first.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public async Task<IReadOnlyList<string>> ListPendingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ListPendingOnceAsync(cancellationToken);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Unavailable(error);
        }
    }

    /// <summary>How the schema stands to what this program needs.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public async Task<SchemaState> ReadStateAsync(CancellationToken cancellationToken)
    {
        var pending = await ListPendingAsync(cancellationToken);
        if (pending is [])
            return SchemaState.Current;

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return pending.Count == db.Database.GetMigrations().Count() ? SchemaState.Missing : SchemaState.Behind;
    }

    private async Task<IReadOnlyList<string>> ListPendingOnceAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)];
    }

    private bool IsUnavailable(Exception error) =>
        dialect.IsOutage(error) || error is IOException or UnauthorizedAccessException;

    private StoreUnavailableException Unavailable(Exception error) =>
        new($"Cannot open {dialect.Location}: {error.GetBaseException().Message}", error);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Migration} applied to {Location}")]
        public static partial void Applied(ILogger logger, string migration, string location);
    }
}

/// <summary>How a database stands to what this program needs.</summary>
internal enum SchemaState
{
    /// <summary>Nothing was ever made: no database, or an empty one.</summary>
    Missing,

    /// <summary>An older program made it.</summary>
    Behind,

    /// <summary>Nothing is left to do.</summary>
    Current,
}
