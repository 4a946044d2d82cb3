using System.CommandLine;
using System.Globalization;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Cli;

/// <summary><c>apikey</c>: which services may use the REST face.</summary>
internal static class ApiKeyCommands
{
    public static Command Create(CommandHost host) =>
        new("apikey", "Makes, lists and revokes the keys of services that use /api/v1/tasks.") { Add(host), List(host), Remove(host) };

    private static Command Add(CommandHost host)
    {
        var name = Name();
        var project = new Option<int?>("--project")
        {
            Description = "The only project that the key opens. Default: all tasks.",
            HelpName = "N",
        };
        var command = new Command("add", "Makes a key. It is printed once, alone on standard output.") { name, project };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunFirstAsync(
                    async services =>
                    {
                        var given = parsed.GetRequiredValue(name);
                        if (given.Length is 0 or > 64)
                            return host.Streams.Fail("The name must have 1 to 64 characters");

                        var secret = Passwords.NewToken();
                        var key = new ApiKey
                        {
                            Name = given,
                            KeyHash = Passwords.HashToken(secret),
                            ProjectId = parsed.GetValue(project),
                            CreatedAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
                        };
                        return await services.GetRequiredService<IApiKeyStore>().TryAddAsync(key, cancellationToken)
                            ? host.Streams.Print(secret)
                            : host.Streams.Fail($"There is a key \"{given}\" already");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the keys, without their secrets.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var keys = await services.GetRequiredService<IApiKeyStore>().ListAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                keys.Select(key => new
                                {
                                    key.Name,
                                    key.ProjectId,
                                    CreatedAt = key.CreatedAt.ToUnixTimeSeconds(),
                                })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["NAME", "PROJECT", "CREATED (UTC)"],
                                keys.Select(key =>
                                    new[]
                                    {
                                        key.Name,
                                        key.ProjectId?.ToString(CultureInfo.InvariantCulture) ?? "all",
                                        Table.Time(key.CreatedAt),
                                    }
                                )
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Remove(CommandHost host)
    {
        var name = Name();
        var command = new Command("remove", "Revokes a key; it is dead at once.") { name };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var given = parsed.GetRequiredValue(name);
                        return await services.GetRequiredService<IApiKeyStore>().RemoveAsync(given, cancellationToken)
                            ? host.Streams.Print($"Key \"{given}\" was revoked")
                            : host.Streams.Fail($"There is no key \"{given}\"");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "What the key is called." };
}
