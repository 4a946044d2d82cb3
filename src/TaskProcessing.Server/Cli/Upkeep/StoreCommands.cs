using System.CommandLine;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Copying;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>store</c>: the way from one database to another.</summary>
internal static class StoreCommands
{
    public static Command Create(CommandHost host) => new("store", "Moves to another database.") { Copy(host) };

    private static Command Copy(CommandHost host)
    {
        var target = new SecretOption("to", "The connection string of an empty PostgreSQL database.");
        var command = new Command(
            "copy",
            "Copies everything from the SQLite file into a PostgreSQL database; no server may run. Once interrupted, it goes on."
        );
        target.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
            {
                string[] there =
                [
                    $"--Store:{nameof(StoreOptions.Provider)}={DatabaseProvider.PostgreSql}",
                    $"--Store:{nameof(StoreOptions.ConnectionString)}={target.Read(parsed, host.Streams)}",
                ];
                return host.RunAsync(
                    services =>
                        new CommandHost([.. host.Settings, .. there], host.Streams).RunWithoutDatabaseAsync(async other =>
                        {
                            var outcome = await services
                                .GetRequiredService<CopyStore>()
                                .RunAsync(CopyTargetServices.Of(other), progress => host.Streams.Print(progress), cancellationToken);
                            return Tell(host.Streams, outcome, services.GetRequiredService<IBlobStore>().Location);
                        }),
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static int Tell(CommandStreams streams, CopyOutcome outcome, string contents)
    {
        switch (outcome)
        {
            case CopyOutcome.Copied copied:
                streams.Print($"copied {copied.Rows} rows of {copied.Tables} tables; each was compared");
                streams.Print($"contents of files stay in {contents}: all servers must share that place");
                return streams.Print("start servers with Store:Provider=PostgreSql and the new Store:ConnectionString");
            case CopyOutcome.Unsupported other:
                return streams.Fail(
                    $"it copies from SQLite to PostgreSQL, not from {other.Source} to {other.Target}; the settings of the section Store "
                        + "must name the SQLite file, and --to the PostgreSQL database"
                );
            case CopyOutcome.InUse used:
                return streams.Fail(
                    $"another process has {used.Source} open; stop the server first, or the copy would lack what it writes from now on"
                );
            case CopyOutcome.Filled filled:
                return streams.Fail(
                    $"{filled.Target} has rows already, in {string.Join(", ", filled.Tables)}; nothing was copied. Name an empty database"
                );
            case CopyOutcome.OtherVersion other:
                return streams.Fail(
                    $"another version of this program began a copy into {other.Target}; go on with that one, or name an empty database"
                );
            case CopyOutcome.Different different:
                return streams.Fail(
                    $"{different.Table} is not the same on both sides: another program has changed the copy. Name an empty database"
                );
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}");
        }
    }
}
