using System.CommandLine;
using TaskProcessing.Server.Providers.Choosing;

namespace TaskProcessing.Server.Cli;

/// <summary><c>provider</c>: which provider serves which task type.</summary>
internal static class ProviderCommands
{
    public static Command Create(CommandHost host) =>
        new("provider", "Lists providers and says which of them serves a task type.")
        {
            List(host),
            Prefer(host),
            SetEnabled(host, "disable", enabled: false),
            SetEnabled(host, "enable", enabled: true),
        };

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists the providers of apps and of running servers.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var providers = await services.GetRequiredService<ListProviders>().RunAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                providers.Select(provider => new
                                {
                                    provider.Id,
                                    provider.Name,
                                    provider.Source,
                                    provider.TaskType,
                                    State = Word(provider.State),
                                })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["TASK TYPE", "ID", "NAME", "FROM", "STATE"],
                                providers.Select(provider =>
                                    new[] { provider.TaskType, provider.Id, provider.Name, provider.Source, Word(provider.State) }
                                )
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Prefer(CommandHost host)
    {
        var type = new Argument<string>("TYPE") { Description = "The task type's id." };
        var provider = new Argument<string?>("PROVIDER")
        {
            Description = "The id of the provider that shall serve it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var clear = new Option<bool>("--clear") { Description = "Let the configuration decide again." };
        var command = new Command("prefer", "Puts a provider before the others of a task type, whatever the configuration says.")
        {
            type,
            provider,
            clear,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(clear) == result.GetValue(provider) is not null)
                result.AddError("Name either a PROVIDER or --clear.");
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var (typeId, id) = (parsed.GetRequiredValue(type), parsed.GetValue(provider));
                        return await services.GetRequiredService<PreferProvider>().RunAsync(typeId, id, cancellationToken) switch
                        {
                            PreferOutcome.Preferred => host.Streams.Print($"{typeId} is served by \"{id}\" while it can"),
                            PreferOutcome.Cleared { WasPreferred: true } => host.Streams.Print(
                                $"The configuration decides which provider serves {typeId}"
                            ),
                            PreferOutcome.Cleared => host.Streams.Print($"No provider was preferred for {typeId}"),
                            PreferOutcome.OtherType other => host.Streams.Fail($"Provider \"{id}\" serves {other.TaskType}"),
                            _ => NoSuchProvider(host, id!),
                        };
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command SetEnabled(CommandHost host, string name, bool enabled)
    {
        var id = new Argument<string>("ID") { Description = "The provider's id." };
        var command = new Command(
            name,
            enabled ? "Lets a provider serve again." : "Takes a provider out of service; its waiting tasks go to the next one."
        )
        {
            id,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var provider = parsed.GetRequiredValue(id);
                        return await services.GetRequiredService<EnableProvider>().RunAsync(provider, enabled, cancellationToken)
                            ? host.Streams.Print($"Provider \"{provider}\" is {name}d")
                            : NoSuchProvider(host, provider);
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static string Word(ProviderState state) =>
        state switch
        {
            ProviderState.StandingBy => "standing by",
            ProviderState.NotRunning => "not running",
            _ => state.ToString().ToLowerInvariant(),
        };

    private static int NoSuchProvider(CommandHost host, string id) =>
        host.Streams.Fail($"There is no provider \"{id}\"; \"provider list\" shows those there are");
}
