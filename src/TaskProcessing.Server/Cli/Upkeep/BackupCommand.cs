using System.CommandLine;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>backup</c>: a copy of everything, while servers run.</summary>
internal static class BackupCommand
{
    public static Command Create(CommandHost host)
    {
        var target = new Argument<string>("TARGET") { Description = "The directory that becomes the backup; made when missing." };
        var force = new Option<bool>("--force") { Description = "Replace a backup that is there already, once the new one is whole." };
        var databaseOnly = new Option<bool>("--database-only") { Description = "Leave contents of files out, and say how to copy them." };
        var command = new Command("backup", "Copies the database and the files into a directory; servers may run on.")
        {
            target,
            force,
            databaseOnly,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunWithoutDatabaseAsync(async services =>
                {
                    var dataDirectory = services.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory;
                    var files = SettingFiles.Find(services.GetRequiredService<IConfiguration>(), dataDirectory);
                    var request = new BackupRequest(
                        parsed.GetRequiredValue(target),
                        parsed.GetValue(force),
                        WithContents: !parsed.GetValue(databaseOnly),
                        dataDirectory,
                        files.Inside
                    );
                    var outcome = await services
                        .GetRequiredService<MakeBackup>()
                        .RunAsync(request, progress => host.Streams.Print(progress), cancellationToken);
                    return Tell(host.Streams, outcome, request, files, services.GetRequiredService<ContentCommands>());
                })
        );
        return command;
    }

    private static int Tell(
        CommandStreams streams,
        BackupOutcome outcome,
        BackupRequest request,
        SettingFiles files,
        ContentCommands commands
    )
    {
        var contents = Path.Combine(Path.GetFullPath(request.Target), "files");
        switch (outcome)
        {
            case BackupOutcome.Made made:
                foreach (var file in request.DataFiles)
                    streams.Print($"the file {file} of the data directory");
                if (!request.WithContents)
                    streams.Print($"contents of files are not in it; copy them now: {commands.ToCopy(contents)}");
                if (made.Manifest.Lost.Count > 0)
                    streams.Warn(
                        $"{made.Manifest.Lost.Count} contents are lost in the server itself; \"taskprocessing file check\" names them"
                    );
                WarnOfOutside(streams, files);
                return streams.Print($"{made.Directory} is whole; keep it as closed as the data directory");
            case BackupOutcome.ByHand byHand:
                streams.Print(commands.ToCopy(contents));
                foreach (var line in byHand.Commands)
                    streams.Print(line);
                // Once more for what was uploaded between the two.
                streams.Print(commands.ToCopy(contents));
                WarnOfOutside(streams, files);
                return streams.Fail(
                    "nothing was copied: PostgreSQL's own programs copy its databases. Run the commands above, one after the other; "
                        + "PGPASSWORD or ~/.pgpass holds the password"
                );
            case BackupOutcome.NoDatabase none:
                return streams.Fail($"there is nothing to copy: {none.File} does not exist");
            case BackupOutcome.Occupied { IsBackup: true } occupied:
                return streams.Fail($"{occupied.Directory} is a backup already; name another directory, or replace it with --force");
            case BackupOutcome.Occupied occupied:
                return streams.Fail($"{occupied.Directory} is not empty and no backup; name another directory");
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}");
        }
    }

    private static void WarnOfOutside(CommandStreams streams, SettingFiles files)
    {
        foreach (var file in files.Outside)
            streams.Warn($"{file} is not in the data directory, so not in the backup; keep a copy of it elsewhere");
    }
}
