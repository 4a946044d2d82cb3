using Microsoft.Extensions.Options;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether the database has the schema of this program.</summary>
internal sealed class MigrationCheck : ServiceCheck
{
    public override string Name => "migrations";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    )
    {
        var database = await patient.LookAtDatabaseAsync(cancellationToken);
        var migratesOnStart = services.GetRequiredService<IOptions<StoreOptions>>().Value.MigrateOnStart;
        return database switch
        {
            { Unreachable: not null } => [Finding.NotChecked("the database cannot be used")],
            { Newer: { } newer } => [Finding.Failed(newer, "no server of this version starts on it")],
            { State: SchemaState.Current } => [Finding.Ok("all applied")],
            { State: SchemaState.Missing } when migratesOnStart => [Finding.Ok("none yet; the first start applies them")],
            _ when migratesOnStart =>
            [
                Finding.Warning(
                    $"{database.Pending.Count} are missing, from {database.Pending[0]} on; the next start applies them",
                    "run \"taskprocessing backup\" before"
                ),
            ],
            _ =>
            [
                Finding.Failed(
                    $"{database.Pending.Count} are missing, from {database.Pending[0]} on",
                    "run \"taskprocessing backup\" if there are data, then \"taskprocessing migrate\""
                ),
            ],
        };
    }
}
