using TaskProcessing.Server.Store;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether the database answers, takes what it is given, and keeps it.</summary>
internal sealed class StoreCheck : ServiceCheck
{
    public override string Name => "store";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    )
    {
        var location = services.GetRequiredService<StoreMigrator>().Location;
        var database = await patient.LookAtDatabaseAsync(cancellationToken);
        if (database.Unreachable is { } reason)
            return [Finding.Failed(reason, "mend that: without its database no server starts")];
        if (database.State == SchemaState.Missing)
            return [Finding.Warning($"{location} does not exist yet", "start the server, or run \"taskprocessing migrate\"")];
        if (database.State != SchemaState.Current)
            return [Finding.Ok($"{location} can be read")];

        var probe = services.GetRequiredService<IStoreProbe>();
        await probe.WriteAsync(cancellationToken);
        return await probe.ListUnsafeSettingsAsync(cancellationToken) is { Count: > 0 } settings
            ?
            [
                Finding.Warning(
                    $"{location} has these settings off: {string.Join(", ", settings)}; "
                        + "a failure of its machine may cost what was acknowledged",
                    "switch them on in postgresql.conf"
                ),
            ]
            : [Finding.Ok($"{location} can be read and written")];
    }
}
