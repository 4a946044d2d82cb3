using System.CommandLine;
using TaskProcessing.Server.Accounts.Guessing;

namespace TaskProcessing.Server.Cli;

/// <summary><c>block</c>: which addresses running servers refuse because passwords were guessed from them.</summary>
internal static class BlockCommands
{
    public static Command Create(CommandHost host) =>
        new("block", "Lists and lifts the blocks on addresses from which passwords were guessed.") { List(host), Lift(host) };

    private static Command List(CommandHost host)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("list", "Lists which address is refused for which name, and until when.") { json };
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var blocks = await services.GetRequiredService<ListBlocks>().RunAsync(cancellationToken);
                        return parsed.GetValue(json)
                            ? host.Streams.WriteJson(
                                blocks.Select(block => new
                                {
                                    Address = block.Network,
                                    block.Name,
                                    BeganAt = block.BeganAt.ToUnixTimeSeconds(),
                                    EndsAt = block.EndsAt.ToUnixTimeSeconds(),
                                })
                            )
                            : Table.Write(
                                host.Streams.Out,
                                ["ADDRESS", "NAME", "BEGAN (UTC)", "ENDS (UTC)"],
                                blocks.Select(block =>
                                    new[]
                                    {
                                        block.Network,
                                        block.Name ?? "(all names)",
                                        Table.Time(block.BeganAt),
                                        Table.Time(block.EndsAt),
                                    }
                                )
                            );
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Lift(CommandHost host)
    {
        var address = new Argument<string?>("ADDRESS")
        {
            Description = "An address, or a network as \"block list\" shows it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var name = new Option<string?>("--name") { Description = "Only the block on this name.", HelpName = "NAME" };
        var all = new Option<bool>("--all") { Description = "Lift all blocks." };
        var command = new Command("lift", "Lifts blocks; running servers let go within a second.") { address, name, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == result.GetResult(address) is { Tokens.Count: > 0 })
                result.AddError("Give either ADDRESS or --all.");
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                host.RunAsync(
                    async services =>
                    {
                        var lifted = await services
                            .GetRequiredService<LiftBlocks>()
                            .RunAsync(parsed.GetValue(address), parsed.GetValue(name), cancellationToken);
                        if (lifted.Count == 0)
                            return host.Streams.Fail("There is no such block; \"taskprocessing block list\" shows all");

                        foreach (var block in lifted)
                            host.Streams.Print($"The block on {block.Network} for {block.Name ?? "all names"} was lifted");
                        return ExitCode.Ok;
                    },
                    cancellationToken
                )
        );
        return command;
    }
}
