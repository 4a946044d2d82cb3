using System.CommandLine;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Cli;

/// <summary><c>exapp rotate</c> and <c>exapp revoke</c>: another secret for a provider app, which need not stand still meanwhile.</summary>
internal static class ExAppSecretCommands
{
    public static Command Rotate(CommandHost host)
    {
        var id = Id();
        var secret = new SecretOption("secret", "The new secret, with which the app is started again (APP_SECRET).");
        var command = new Command("rotate", "Gives a provider app another secret; the one before is valid until \"exapp revoke\".") { id };
        secret.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var app = parsed.GetRequiredValue(id);
                        var problem = await services
                            .GetRequiredService<RotateExAppSecret>()
                            .RunAsync(app, secret.Read(parsed, host.Streams), cancellationToken);
                        return problem is null
                            ? host.Streams.Print(
                                $"App \"{app}\" has two secrets; start it again with the new one, then run \"exapp revoke {app}\""
                            )
                            : host.Streams.Fail(problem);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    public static Command Revoke(CommandHost host)
    {
        var id = Id();
        var command = new Command("revoke", "Ends the older secret of a provider app, and what is held open with it.") { id };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var app = parsed.GetRequiredValue(id);
                        var problem = await services.GetRequiredService<RevokeExAppSecret>().RunAsync(app, cancellationToken);
                        return problem is null
                            ? host.Streams.Print($"The older secret of app \"{app}\" was revoked")
                            : host.Streams.Fail(problem);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The app's id (APP_ID)." };
}
