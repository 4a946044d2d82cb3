using System.CommandLine;
using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>migrate</c>: the database brought up to date by hand, for those who do not leave it to the start.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("migrate", "Makes the database, or brings it up to date.");
        command.SetAction((_, cancellationToken) => host.RunWithoutDatabaseAsync(async services =>
        {
            var migrator = services.GetRequiredService<StoreMigrator>();
            var applied = await migrator.MigrateAsync(cancellationToken);
            foreach (var migration in applied)
                host.Streams.Say($"applied {migration}");
            return host.Streams.Say($"{migrator.Location} is up to date");
        }));
        return command;
    }
}
