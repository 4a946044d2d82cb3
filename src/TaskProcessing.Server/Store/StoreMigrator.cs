using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Copying;
using TaskProcessing.Server.Store.Dialects;

namespace TaskProcessing.Server.Store;

/// <summary>Brings the schema up to date: on start, and for the command <c>migrate</c>.</summary>
internal sealed partial class StoreMigrator(IDbContextFactory<TaskDbContext> contexts, Dialect dialect, ILogger<StoreMigrator> logger)
{
    /// <summary>The name of the database, for messages; without credentials.</summary>
    public string Location => dialect.Location;

    /// <summary>The directory of the database's file; null where it is no file of this machine.</summary>
    public string? Directory => dialect.Directory;

    /// <summary>
    /// Applies the pending migrations and answers their names, oldest first. Several processes may try at once: one does
    /// it, the others wait.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefusePoolerAsync(cancellationToken);
            await RefuseNewerAsync(cancellationToken);
            if (await ListPendingOnceAsync(cancellationToken) is [])
                return [];

            await using var turn = await dialect.LockMigrationsAsync(cancellationToken);
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending is not [])
            {
                await db.Database.OpenConnectionAsync(cancellationToken);
                dialect.PrepareMigrations(db.Database.GetDbConnection());
                await db.Database.MigrateAsync(cancellationToken);
            }

            foreach (var migration in pending)
                Log.Applied(logger, migration, dialect.Location);
            return pending;
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Unavailable(error);
        }
    }

    /// <summary>Work at a start that servers on one database do one after the other; ends when the result is disposed of.</summary>
    public Task<IAsyncDisposable> TakeTurnAsync(CancellationToken cancellationToken) => dialect.LockMigrationsAsync(cancellationToken);

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

    /// <summary>The state of the schema, compared with this program.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be opened.</exception>
    public async Task<SchemaState> ReadStateAsync(CancellationToken cancellationToken)
    {
        var pending = await ListPendingAsync(cancellationToken);
        await RefusePoolerAsync(cancellationToken);
        await RefuseNewerAsync(cancellationToken);
        if (pending is [])
            return SchemaState.Current;

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return pending.Count == db.Database.GetMigrations().Count() ? SchemaState.Missing : SchemaState.Behind;
    }

    private Task<IReadOnlyList<string>> ListPendingOnceAsync(CancellationToken cancellationToken) =>
        dialect.ReadAsync<IReadOnlyList<string>>(
            contexts,
            async db => [.. await db.Database.GetPendingMigrationsAsync(cancellationToken)],
            cancellationToken
        );

    /// <summary>
    /// Refuses a database with migrations that this program does not know: a newer program might not understand the rows
    /// of this one.
    /// </summary>
    private async Task RefuseNewerAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var unknown = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Except(db.Database.GetMigrations()).ToList();
        if (unknown.Contains(UnfinishedCopy.Mark))
        {
            throw new StoreUnavailableException(
                $"{dialect.Location} holds a part of a copy; complete it with \"taskprocessing store copy\"",
                innerException: null
            );
        }

        if (unknown is [.., var last])
        {
            throw new StoreUnavailableException(
                $"{dialect.Location} was made by a newer version of this program ({last}); "
                    + "run that version, or restore the backup from before the upgrade",
                innerException: null
            );
        }
    }

    private async Task RefusePoolerAsync(CancellationToken cancellationToken)
    {
        string? problem;
        try
        {
            problem = await dialect.FindPoolerProblemAsync(cancellationToken);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            throw Unavailable(error);
        }

        if (problem is not null)
            throw new StoreUnavailableException($"{dialect.Location} cannot be used: {problem}", innerException: null);
    }

    private bool IsUnavailable(Exception error) => dialect.IsOutage(error) || error is IOException or UnauthorizedAccessException;

    private StoreUnavailableException Unavailable(Exception error) =>
        new($"Cannot open {dialect.Location}: {error.GetBaseException().Message.TrimEnd('.')}; {dialect.Advice(error)}", error);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Migration} to {Location}")]
        public static partial void Applied(ILogger logger, string migration, string location);
    }
}

/// <summary>The state of a database, compared with this program.</summary>
internal enum SchemaState
{
    /// <summary>No migration was ever applied: no database, or an empty one.</summary>
    Missing,

    /// <summary>An older program made it.</summary>
    Behind,

    /// <summary>All migrations are applied.</summary>
    Current,
}
