using System.CommandLine;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Cli;

/// <summary><c>nextcloud add</c>: makes a connection, and says what the Nextcloud's administrator types.</summary>
internal static class NextcloudAddCommand
{
    public static Option<bool> SecretFromInput() =>
        new("--secret-stdin") { Description = "Read the secret from the first line of standard input. Default a random one." };

    public static Command Create(CommandHost host)
    {
        var id = NextcloudCommands.Id();
        var url = new Option<string>("--url")
        {
            Description = "The Nextcloud's address, such as https://cloud.example.org.",
            HelpName = "URL",
            Required = true,
        };
        var appId = new Option<string>("--app-id")
        {
            Description = "The id under which the Nextcloud knows this server as an app.",
            HelpName = "APP",
            DefaultValueFactory = _ => Nextcloud.DefaultAppId,
        };
        var types = new Option<string?>("--types")
        {
            Description =
                "The only task types that are offered there, with commas between. Default all that are served here and known there.",
            HelpName = "TYPES",
        };
        var maxRunning = new Option<int>("--max-running")
        {
            Description = "The most tasks of the Nextcloud that are under way here at a time.",
            HelpName = "COUNT",
            DefaultValueFactory = _ => Nextcloud.DefaultMaxRunning,
        };
        maxRunning.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--max-running must be between 1 and 1000.");
        });
        var webDav = new Option<bool>("--upload-by-webdav")
        {
            Description = "Send large files of results through the user's WebDAV, round PHP's limit for uploads.",
        };
        var (fromInput, ownUrl) = (SecretFromInput(), NextcloudCommands.OwnUrl());
        var json = new Option<bool>("--json") { Description = "Write id, secret and commands as JSON." };
        var command = new Command("add", "Connects a Nextcloud, and prints the occ commands for its administrator.")
        {
            id,
            url,
            fromInput,
            types,
            appId,
            maxRunning,
            webDav,
            ownUrl,
            json,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunFirstAsync(
                    services =>
                        RunAsync(
                            host,
                            services,
                            new NewNextcloud(
                                parsed.GetRequiredValue(id),
                                parsed.GetRequiredValue(url),
                                parsed.GetValue(fromInput) ? host.Streams.In.ReadLine() ?? "" : null
                            )
                            {
                                AppId = parsed.GetRequiredValue(appId),
                                Types = parsed.GetValue(types)?.Split(',', StringSplitOptions.TrimEntries),
                                MaxRunning = parsed.GetValue(maxRunning),
                                UploadByWebDav = parsed.GetValue(webDav),
                            },
                            parsed.GetValue(ownUrl),
                            parsed.GetValue(json),
                            cancellationToken
                        ),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        CommandHost host,
        IServiceProvider services,
        NewNextcloud asked,
        string? ownUrl,
        bool json,
        CancellationToken cancellationToken
    )
    {
        var own = OwnAddress.ForNextclouds(services, ownUrl);
        var outcome = await services.GetRequiredService<AddNextcloud>().RunAsync(asked, cancellationToken);
        if (outcome is AddNextcloudOutcome.Refused refused)
            return host.Streams.Fail(refused.Problem);

        var known = ((AddNextcloudOutcome.Added)outcome).Known;
        var commands = OccCommands.Register(known.Connection, known.Secret, own);
        WarnOfUnknownTypes(host, services, asked.Types ?? []);
        if (json)
            return host.Streams.WriteJson(
                new
                {
                    known.Id,
                    known.Connection.Url,
                    known.Connection.AppId,
                    known.Secret,
                    OwnUrl = own,
                    Commands = commands,
                }
            );

        host.Streams.Print($"Connection \"{known.Id}\" was added. In the Nextcloud, which must reach this server at {own}:");
        NextcloudCommands.Print(host, commands);
        return host.Streams.Print($"Then \"nextcloud check {known.Id}\" says whether all is well.");
    }

    private static void WarnOfUnknownTypes(CommandHost host, IServiceProvider services, IReadOnlyCollection<string> types)
    {
        var known = services.GetRequiredService<IOptions<TaskTypeOptions>>().Value.OwnTypes().Select(type => type.Id).ToHashSet();
        foreach (var type in types.Where(type => !known.Contains(type)))
            host.Streams.Warn($"no task type \"{type}\" is built in{Spelling.Suggestion(Spelling.Nearest(type, known))}");
    }
}
