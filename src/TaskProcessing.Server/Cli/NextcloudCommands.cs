using System.CommandLine;
using System.Globalization;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Cli;

/// <summary><c>nextcloud</c>: the Nextclouds whose tasks are worked on here.</summary>
internal static class NextcloudCommands
{
    public static Command Create(CommandHost host) =>
        new("nextcloud", "Connects, lists, checks, enables, disables and removes Nextclouds whose tasks are worked on here.")
        {
            NextcloudAddCommand.Create(host),
            List(host),
            Check(host),
            SetEnabled(host, "enable", enabled: true),
            SetEnabled(host, "disable", enabled: false),
            Remove(host),
            Rotate(host),
        };

    public static Argument<string> Id() => new("ID") { Description = "The id of the connection." };

    public static Option<string?> OwnUrl() =>
        new("--own-url")
        {
            Description = "Where the Nextcloud reaches this server, for the occ commands. Default Nextclouds:OwnUrl, or a guess.",
            HelpName = "URL",
        };

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the Nextclouds with their states.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var connections = await services.GetRequiredService<ListNextclouds>().RunAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(connections.Select(NextcloudView.Of))
                            : Table.Write(
                                host.Streams.Out,
                                ["ID", "URL", "VERSION", "ENABLED", "TYPES", "WAITING", "RUNNING", "ENDING", "LAST CONTACT (UTC)", "STATE"],
                                connections.Select(Row)
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static string?[] Row(ListedNextcloud listed) =>
        [
            listed.Connection.Id,
            listed.Connection.Url,
            listed.Connection.ServerVersion,
            Table.YesNo(listed.Connection.Enabled),
            Count(TypeNames.Read(listed.Connection.Offered)?.Count ?? 0),
            Count(listed.Load.Waiting),
            Count(listed.Load.Running),
            Count(listed.Load.Finishing),
            Table.Time(listed.Connection.ContactAt),
            listed.State,
        ];

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static Command Check(CommandHost host)
    {
        var (id, ownUrl) = (Id(), OwnUrl());
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("check", "Says what is wrong with a connection, if anything is; exit code 0 when nothing is.")
        {
            id,
            ownUrl,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        var own = OwnAddress.ForNextclouds(services, parsed.GetValue(ownUrl));
                        if (await services.GetRequiredService<CheckNextcloud>().RunAsync(name, own, cancellationToken) is not { } findings)
                            return NoSuchConnection(host, name);

                        if (parsed.GetValue(json))
                            host.Streams.WriteJson(findings);
                        else
                            foreach (var finding in findings)
                                host.Streams.Print($"{Mark(finding.IsGood)}  {Table.Printable(finding.Text)}");
                        return findings.Any(finding => finding.IsGood == false) ? ExitCode.Failed : ExitCode.Ok;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command SetEnabled(CommandHost host, string name, bool enabled)
    {
        var id = Id();
        var command = new Command(
            name,
            enabled
                ? "Takes tasks of the Nextcloud again."
                : "Takes no more tasks of the Nextcloud, and withdraws what is offered there; tasks under way are finished."
        )
        {
            id,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var connection = parsed.GetRequiredValue(id);
                        var outcome = await services
                            .GetRequiredService<ChangeNextcloud>()
                            .EnableAsync(connection, enabled, cancellationToken);
                        return Refuse(host, connection, outcome) ?? host.Streams.Print($"Connection \"{connection}\" is {name}d");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Remove(CommandHost host)
    {
        var id = Id();
        var force = new Option<bool>("--force") { Description = "Give tasks up that are under way; they stay running there for ever." };
        var command = new Command("remove", "Removes a connection, and what is offered there.") { id, force };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        var outcome = await services
                            .GetRequiredService<ChangeNextcloud>()
                            .RemoveAsync(name, parsed.GetValue(force), cancellationToken);
                        if (outcome is not ChangeNextcloudOutcome.Changed changed)
                            return Refuse(host, name, outcome)!.Value;

                        if (changed.Notes.Length > 0)
                            host.Streams.Print(Table.Printable(changed.Notes));
                        host.Streams.Print($"Connection \"{name}\" was removed. In the Nextcloud:");
                        return Print(host, OccCommands.Unregister(changed.Connection));
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Rotate(CommandHost host)
    {
        var (id, ownUrl, fromInput) = (Id(), OwnUrl(), NextcloudAddCommand.SecretFromInput());
        var command = new Command("rotate", "Gives a connection another secret, and prints the occ commands for it.")
        {
            id,
            fromInput,
            ownUrl,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        var secret = parsed.GetValue(fromInput) ? await host.Streams.In.ReadLineAsync(cancellationToken) ?? "" : null;
                        var outcome = await services.GetRequiredService<ChangeNextcloud>().RotateAsync(name, secret, cancellationToken);
                        if (outcome is not ChangeNextcloudOutcome.Changed { Secret: { } rotated } changed)
                            return Refuse(host, name, outcome)!.Value;

                        var own = OwnAddress.ForNextclouds(services, parsed.GetValue(ownUrl));
                        host.Streams.Print(
                            $"Connection \"{name}\" has another secret, and stands still until this is done in the Nextcloud:"
                        );
                        return Print(host, OccCommands.RegisterAnew(changed.Connection, rotated, own));
                    },
                    cancellationToken
                )
        );
        return command;
    }

    public static int Print(CommandHost host, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            host.Streams.Print($"  {line}");
        return ExitCode.Ok;
    }

    private static int? Refuse(CommandHost host, string id, ChangeNextcloudOutcome outcome) =>
        outcome switch
        {
            ChangeNextcloudOutcome.Unknown => NoSuchConnection(host, id),
            ChangeNextcloudOutcome.Configured => host.Streams.Fail(
                $"Connection \"{id}\" comes from the settings: change Nextclouds:Connections:{id} and start the server again"
            ),
            ChangeNextcloudOutcome.Refused refused => host.Streams.Fail(refused.Problem),
            _ => null,
        };

    private static int NoSuchConnection(CommandHost host, string id) => host.Streams.Fail($"There is no connection \"{id}\"");

    private static string Mark(bool? isGood) =>
        isGood switch
        {
            true => "ok   ",
            false => "wrong",
            null => "     ",
        };
}
