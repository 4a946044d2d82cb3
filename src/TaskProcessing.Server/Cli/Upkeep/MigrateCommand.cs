using System.CommandLine;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>migrate</c>: brings the database up to date by hand, where servers do not migrate at their start.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("migrate", "Makes the database, or brings it up to date.");
        command.SetAction(
            (_, cancellationToken) =>
                host.RunWithoutDatabaseAsync(async services =>
                {
                    var migrator = services.GetRequiredService<StoreMigrator>();
                    var applied = await migrator.MigrateAsync(cancellationToken);
                    foreach (var migration in applied)
                        host.Streams.Print($"applied {migration}");
                    return host.Streams.Print($"{migrator.Location} is up to date");
                })
        );
        return command;
    }
}
