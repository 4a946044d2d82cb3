using System.CommandLine;
using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Cli;

/// <summary><c>exapp</c>: the provider apps that may log in and serve tasks.</summary>
internal static class ExAppCommands
{
    public static Command Create(CommandHost host) =>
        new("exapp", "Adds, lists, enables, disables and removes provider apps.")
        {
            Add(host), List(host), SetEnabled(host, "enable", enabled: true), SetEnabled(host, "disable", enabled: false), Remove(host),
        };

    private static Command Add(CommandHost host)
    {
        var id = Id();
        var secret = new SecretOption("secret", "The secret that the app is started with (APP_SECRET).");
        var version = new Option<string>("--app-version") { Description = "The version that the app names (APP_VERSION).", HelpName = "VERSION", Required = true };
        var url = new Option<string?>("--url") { Description = "Where the app listens, such as http://127.0.0.1:9080. Without it the app only polls.", HelpName = "URL" };
        var enabled = new Option<bool>("--enabled") { Description = "Let the app work at once." };
        var command = new Command("add", "Makes a provider app known.") { id, version, url, enabled };
        secret.AddTo(command);
        command.SetAction((parsed, cancellationToken) => host.RunFirstAsync(
            async services =>
            {
                var app = new NewExApp(
                    parsed.GetRequiredValue(id),
                    parsed.GetRequiredValue(version),
                    secret.Read(parsed, host.Streams),
                    parsed.GetValue(url),
                    parsed.GetValue(enabled));
                if (await services.GetRequiredService<AddExApp>().RunAsync(app, cancellationToken) is { } problem)
                    return host.Streams.Fail(problem);

                return host.Streams.Say(app.Enabled ? $"App \"{app.Id}\" was added and is enabled" : $"App \"{app.Id}\" was added; enable it with \"exapp enable {app.Id}\"");
            },
            cancellationToken));
        return command;
    }

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the provider apps.") { json };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var apps = await services.GetRequiredService<IExAppStore>().ListAsync(cancellationToken);
                return parsed.GetValue(json)
                    ? host.Streams.WriteJson(apps.Select(app =>
                        new { app.Id, app.Version, app.Url, app.Enabled, CreatedAt = app.CreatedAt.ToUnixTimeSeconds() }))
                    : Table.Write(
                        host.Streams.Out,
                        ["ID", "VERSION", "ENABLED", "URL", "CREATED (UTC)"],
                        apps.Select(app => new[] { app.Id, app.Version, Table.YesNo(app.Enabled), app.Url, Table.Time(app.CreatedAt) }));
            },
            cancellationToken));
        return command;
    }

    private static Command SetEnabled(CommandHost host, string name, bool enabled)
    {
        var id = Id();
        var command = new Command(name, enabled ? "Lets a provider app log in and work." : "Locks a provider app out; its waiting tasks go on waiting.") { id };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var app = parsed.GetRequiredValue(id);
                return await services.GetRequiredService<IExAppStore>().SetEnabledAsync(app, enabled, cancellationToken)
                    ? host.Streams.Say($"App \"{app}\" is {name}d")
                    : NoSuchApp(host, app);
            },
            cancellationToken));
        return command;
    }

    private static Command Remove(CommandHost host)
    {
        var id = Id();
        var command = new Command("remove", "Removes a provider app and the providers that it registered.") { id };
        command.SetAction((parsed, cancellationToken) => host.RunAsync(
            async services =>
            {
                var app = parsed.GetRequiredValue(id);
                return await services.GetRequiredService<IExAppStore>().RemoveAsync(app, cancellationToken)
                    ? host.Streams.Say($"App \"{app}\" was removed")
                    : NoSuchApp(host, app);
            },
            cancellationToken));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The app's id (APP_ID)." };

    private static int NoSuchApp(CommandHost host, string id) => host.Streams.Fail($"There is no app \"{id}\"");
}
