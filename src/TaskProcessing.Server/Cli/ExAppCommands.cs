using System.CommandLine;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Cli;

/// <summary><c>exapp</c>: the provider apps that may log in and serve tasks.</summary>
internal static class ExAppCommands
{
    public static Command Create(CommandHost host) =>
        new("exapp", "Adds, lists, checks, enables, disables and removes provider apps, and changes their secrets.")
        {
            Add(host),
            List(host),
            Check(host),
            SetEnabled(host, "enable", enabled: true),
            SetEnabled(host, "disable", enabled: false),
            ExAppSecretCommands.Rotate(host),
            ExAppSecretCommands.Revoke(host),
            Remove(host),
        };

    private static Command Add(CommandHost host)
    {
        var id = Id();
        var secret = new SecretOption("secret", "The secret that the app is started with (APP_SECRET).");
        var version = new Option<string>("--app-version")
        {
            Description = "The version that the app names (APP_VERSION).",
            HelpName = "VERSION",
            Required = true,
        };
        var url = new Option<string?>("--url")
        {
            Description = "Where the app listens, such as http://127.0.0.1:9080. Without it the app only polls.",
            HelpName = "URL",
        };
        var enabled = new Option<bool>("--enabled") { Description = "Let the app work at once." };
        var command = new Command("add", "Makes a provider app known.") { id, version, url, enabled };
        secret.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunFirstAsync(
                    async services =>
                    {
                        var app = new NewExApp(
                            parsed.GetRequiredValue(id),
                            parsed.GetRequiredValue(version),
                            secret.Read(parsed, host.Streams),
                            parsed.GetValue(url),
                            parsed.GetValue(enabled)
                        );
                        if (await services.GetRequiredService<AddExApp>().RunAsync(app, cancellationToken) is { } problem)
                            return host.Streams.Fail(problem);

                        return host.Streams.Print(
                            app.Enabled
                                ? $"App \"{app.Id}\" was added and is enabled"
                                : $"App \"{app.Id}\" was added; enable it with \"exapp enable {app.Id}\""
                        );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the provider apps.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var rows = await services.GetRequiredService<ListExApps>().RunAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                rows.Select(row => new
                                {
                                    row.App.Id,
                                    row.App.Version,
                                    row.App.Url,
                                    row.App.Enabled,
                                    row.State,
                                    SeenAt = row.Status.SeenAt?.ToUnixTimeSeconds(),
                                    CreatedAt = row.App.CreatedAt.ToUnixTimeSeconds(),
                                })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["ID", "VERSION", "ENABLED", "URL", "CREATED (UTC)", "STATE"],
                                rows.Select(row =>
                                    new[]
                                    {
                                        row.App.Id,
                                        row.App.Version,
                                        Table.YesNo(row.App.Enabled),
                                        row.App.Url,
                                        Table.Time(row.App.CreatedAt),
                                        row.State,
                                    }
                                )
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Check(CommandHost host)
    {
        var id = Id();
        var command = new Command("check", "Says what is wrong with a provider app, if anything is; exit code 0 when nothing is.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var app = parsed.GetRequiredValue(id);
                        if (await services.GetRequiredService<CheckExApp>().RunAsync(app, cancellationToken) is not { } findings)
                            return NoSuchApp(host, app);

                        foreach (var finding in findings)
                            host.Streams.Print($"{(finding.IsGood ? "ok   " : "wrong")}  {Table.Printable(finding.Text)}");
                        return findings.All(finding => finding.IsGood) ? ExitCode.Ok : ExitCode.Failed;
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
            enabled ? "Lets a provider app log in and work." : "Locks a provider app out; its waiting tasks go on waiting."
        )
        {
            id,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var app = parsed.GetRequiredValue(id);
                        return await services.GetRequiredService<EnableExApp>().RunAsync(app, enabled, cancellationToken)
                            ? host.Streams.Print($"App \"{app}\" is {name}d")
                            : NoSuchApp(host, app);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Remove(CommandHost host)
    {
        var id = Id();
        var command = new Command("remove", "Removes a provider app and the providers that it registered.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var app = parsed.GetRequiredValue(id);
                        return await services.GetRequiredService<IExAppStore>().RemoveAsync(app, cancellationToken)
                            ? host.Streams.Print($"App \"{app}\" was removed")
                            : NoSuchApp(host, app);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The app's id (APP_ID)." };

    private static int NoSuchApp(CommandHost host, string id) => host.Streams.Fail($"There is no app \"{id}\"");
}
