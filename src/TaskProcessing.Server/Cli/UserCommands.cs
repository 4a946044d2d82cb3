using System.CommandLine;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Cli;

/// <summary><c>user</c>: the accounts.</summary>
internal static class UserCommands
{
    public static Command Create(CommandHost host) =>
        new("user", "Adds, lists and removes users, and sets their passwords.")
        {
            Add(host),
            List(host),
            Remove(host),
            Password(host),
            NewAppPassword(host),
            AppPasswords(host),
            Revoke(host),
        };

    private static Command Add(CommandHost host)
    {
        var id = Id();
        var password = new SecretOption("password", "The password.");
        var admin = new Option<bool>("--admin") { Description = "Make the user an administrator." };
        var displayName = new Option<string?>("--display-name")
        {
            Description = "The name shown to others. Default: the ID.",
            HelpName = "NAME",
        };
        var command = new Command("add", "Adds a user.") { id, admin, displayName };
        password.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunFirstAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        var problem = await services
                            .GetRequiredService<CreateAccount>()
                            .RunAsync(
                                name,
                                password.Read(parsed, host.Streams),
                                parsed.GetValue(displayName),
                                parsed.GetValue(admin),
                                cancellationToken
                            );
                        return problem is null ? host.Streams.Print($"User \"{name}\" was added") : host.Streams.Fail(problem);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command List(CommandHost host)
    {
        var json = JsonOption();
        var command = new Command("list", "Lists the users.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var accounts = await services.GetRequiredService<IAccountStore>().ListAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                accounts.Select(account => new
                                {
                                    account.Id,
                                    account.DisplayName,
                                    account.IsAdmin,
                                    CreatedAt = account.CreatedAt.ToUnixTimeSeconds(),
                                })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["ID", "NAME", "ADMIN", "CREATED (UTC)"],
                                accounts.Select(account =>
                                    new[] { account.Id, account.DisplayName, Table.YesNo(account.IsAdmin), Table.Time(account.CreatedAt) }
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
        var id = Id();
        var command = new Command("remove", "Removes a user with all tasks, files and app passwords.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        return await services.GetRequiredService<RemoveAccount>().RunAsync(name, cancellationToken)
                            ? host.Streams.Print($"User \"{name}\" was removed")
                            : NoSuchUser(host, name);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Password(CommandHost host)
    {
        var id = Id();
        var password = new SecretOption("password", "The new password.");
        var command = new Command("password", "Sets a user's password. App passwords stay valid.") { id };
        password.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var name = parsed.GetRequiredValue(id);
                        var problem = await services
                            .GetRequiredService<ChangePassword>()
                            .RunAsync(name, password.Read(parsed, host.Streams), cancellationToken);
                        return problem is null ? host.Streams.Print($"The password of \"{name}\" was changed") : host.Streams.Fail(problem);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command NewAppPassword(CommandHost host)
    {
        var id = Id();
        var name = new Option<string>("--name")
        {
            Description = "What it is for.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "command line",
        };
        var command = new Command(
            "app-password",
            "Makes an app password: a token that logs the user in. It is printed once, alone on standard output."
        )
        {
            id,
            name,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var user = parsed.GetRequiredValue(id);
                        var token = await services
                            .GetRequiredService<CreateAppPassword>()
                            .RunAsync(user, parsed.GetRequiredValue(name), cancellationToken);
                        return token is null ? NoSuchUser(host, user) : host.Streams.Print(token);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command AppPasswords(CommandHost host)
    {
        var id = Id();
        var json = JsonOption();
        var command = new Command("app-passwords", "Lists the names of a user's app passwords.") { id, json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var accounts = services.GetRequiredService<IAccountStore>();
                        var user = parsed.GetRequiredValue(id);
                        if (await accounts.FindAsync(user, cancellationToken) is not { } account)
                            return NoSuchUser(host, user);

                        var appPasswords = await accounts.ListAppPasswordsAsync(account.Id, cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                appPasswords.Select(one => new { one.Name, CreatedAt = one.CreatedAt.ToUnixTimeSeconds() })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["NAME", "CREATED (UTC)"],
                                appPasswords.Select(one => new[] { one.Name, Table.Time(one.CreatedAt) })
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Revoke(CommandHost host)
    {
        var id = Id();
        var name = new Argument<string>("NAME") { Description = "What the app password was for." };
        var command = new Command("revoke", "Revokes a user's app passwords of that name; what they hold open ends.") { id, name };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var (user, what) = (parsed.GetRequiredValue(id), parsed.GetRequiredValue(name));
                        var accounts = services.GetRequiredService<IAccountStore>();
                        return
                            await accounts.FindAsync(user, cancellationToken) is { } account
                            && await accounts.RemoveAppPasswordsAsync(account.Id, what, cancellationToken)
                            ? host.Streams.Print($"The app password \"{what}\" of \"{user}\" was revoked")
                            : host.Streams.Fail($"There is no app password \"{what}\" of a user \"{user}\"");
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The login name, in any case." };

    private static Option<bool> JsonOption() => new("--json") { Description = "Write JSON." };

    private static int NoSuchUser(CommandHost host, string id) => host.Streams.Fail($"There is no user \"{id}\"");
}
