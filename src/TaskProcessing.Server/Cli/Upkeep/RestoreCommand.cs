using System.CommandLine;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Cli.Upkeep;

/// <summary><c>restore</c>: a backup becomes the data of a server that has none.</summary>
internal static class RestoreCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create(CommandHost host)
    {
        var source = new Argument<string>("SOURCE") { Description = "The directory of a backup." };
        var incomplete = new Option<bool>("--incomplete")
        {
            Description = "Restore what is left of a backup in which contents are missing.",
        };
        var command = new Command("restore", "Puts a backup into an empty data directory; the server must not run.") { source, incomplete };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunWithoutDatabaseAsync(async services =>
                {
                    var address = OwnAddress.Of(services.GetRequiredService<IConfiguration>());
                    if (await IsServingAsync(address, cancellationToken))
                        return host.Streams.Fail(
                            $"a server runs at {address}; stop it. If it is another one, give this one's address with --urls"
                        );

                    var request = new RestoreRequest(
                        parsed.GetRequiredValue(source),
                        parsed.GetValue(incomplete),
                        services.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory
                    );
                    var outcome = await services
                        .GetRequiredService<RestoreBackup>()
                        .RunAsync(request, progress => host.Streams.Print(progress), cancellationToken);
                    return Tell(host.Streams, outcome, request, services.GetRequiredService<ContentCommands>());
                })
        );
        return command;
    }

    private static int Tell(CommandStreams streams, RestoreOutcome outcome, RestoreRequest request, ContentCommands commands)
    {
        var contents = Path.Combine(Path.GetFullPath(request.Source), "files");
        switch (outcome)
        {
            case RestoreOutcome.Restored restored:
                if (restored.Manifest.Contents is null)
                    streams.Print($"contents of files are not in the backup; unless they are there still: {commands.ToRestore(contents)}");
                if (restored.Missing > 0)
                    streams.Warn($"{restored.Missing} contents are missing; \"taskprocessing file check\" names them");
                return streams.Print($"restored as of {Table.Time(restored.Manifest.CreatedAt)} UTC; start the server");
            case RestoreOutcome.ByHand byHand:
                foreach (var line in byHand.Commands)
                    streams.Print(line);
                streams.Print(commands.ToRestore(contents));
                streams.Print("taskprocessing file check");
                return streams.Fail(
                    "nothing was restored: PostgreSQL's own programs do it. Stop all servers, and run the commands above, one after the "
                        + "other; PGPASSWORD or ~/.pgpass holds the password"
                );
            case RestoreOutcome.Unusable unusable:
                return streams.Fail(unusable.Reason);
            case RestoreOutcome.Incomplete broken:
                return streams.Fail(
                    $"{broken.Missing} contents are missing in the backup, or have another length; take another backup, or what is left "
                        + "of this one with --incomplete"
                );
            case RestoreOutcome.Occupied occupied:
                streams.Fail("there are data already; move them away first, or name an empty directory with --DataDirectory:");
                foreach (var thing in occupied.Things)
                    streams.Error.WriteLine($"  {thing}");
                return ExitCode.Failed;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other}");
        }
    }

    /// <summary>A program that accepts the connection and says nothing may be a server that is busy.</summary>
    private static async Task<bool> IsServingAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/live"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or NotSupportedException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }
}
