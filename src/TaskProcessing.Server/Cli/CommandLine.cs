using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using TaskProcessing.Server.Cli.Demo;
using TaskProcessing.Server.Cli.Doctor;
using TaskProcessing.Server.Cli.Serving;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Cli.Upkeep;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Cli;

/// <summary>The commands of the program. Without a command it serves.</summary>
internal static class CommandLine
{
    private const string Description = """
        A server for Nextcloud's task processing API. Without a command it serves.

        Every setting can be given as --Section:Key=Value, as an environment variable TASKPROCESSING_Section__Key, or in
        appsettings.json; docs/configuration.md lists them.
        """;

    /// <summary>The time that a command may take to end after Ctrl+C.</summary>
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(10);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CommandStreams streams, CancellationToken cancellationToken)
    {
        var (settings, others, problems) = SettingArguments.Split(args);
        if (problems.Count > 0)
        {
            foreach (var problem in problems)
                streams.Fail(problem);
            return ExitCode.Usage;
        }

        // No response files: a password may begin with an @.
        var parsed = CreateRoot(new CommandHost(settings, streams))
            .Parse(others, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return Explain(parsed, streams);

        try
        {
            return await parsed.InvokeAsync(Invocation(parsed, streams), cancellationToken);
        }
        catch (OperationCanceledException) when (IsNotServing(parsed))
        {
            streams.Fail("stopped");
            return ExitCode.Interrupted;
        }
        catch (Exception error)
            when (error
                    is SettingsFileException
                        or StoreUnavailableException
                        or BlobStoreUnavailableException
                        or IOException
                        or UnauthorizedAccessException
                        or ArgumentException
            )
        {
            return streams.Fail(error.Message);
        }
        catch (Exception error) when (error is not HostAbortedException)
        {
            // A bug: the report needs the whole exception.
            return streams.Fail($"unexpected failure: {error}");
        }
    }

    private static RootCommand CreateRoot(CommandHost host)
    {
        var serve = ServeCommand.Create(host);
        var root = new RootCommand(Description)
        {
            serve,
            DemoCommand.Create(host),
            UserCommands.Create(host),
            BlockCommands.Create(host),
            ApiKeyCommands.Create(host),
            ExAppCommands.Create(host),
            ProviderCommands.Create(host),
            NextcloudCommands.Create(host),
            TaskCommands.Create(host),
            FileCommands.Create(host),
            WebhookCommands.Create(host),
            BackupCommand.Create(host),
            RestoreCommand.Create(host),
            MigrateCommand.Create(host),
            StoreCommands.Create(host),
            HealthCommand.Create(host),
            DoctorCommand.Create(host),
            SettingArguments.DataDirectoryOption(),
            SettingArguments.UrlsOption(),
        };
        root.Action = serve.Action;
        return root;
    }

    private static int Explain(ParseResult parsed, CommandStreams streams)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var name = unknown.Split('=')[0];
            var known = command
                .Subcommands.Where(subcommand => !subcommand.Hidden)
                .Select(subcommand => subcommand.Name)
                .Concat(
                    command
                        .Options.Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive))
                        .Select(option => option.Name)
                );
            streams.Fail($"\"{name}\" is not understood here{Spelling.Suggestion(Spelling.Nearest(name, known))}");
        }
        else
        {
            var missing = command
                .Arguments.Where(argument =>
                    argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 }
                )
                .ToList();
            foreach (var argument in missing)
                streams.Fail($"{argument.Name} is missing: {argument.Description}");
            foreach (
                var error in parsed.Errors.Where(error =>
                    missing.Count == 0 || !error.Message.StartsWith("Required argument missing", StringComparison.Ordinal)
                )
            )
                streams.Fail(error.Message);
        }

        var path = command is RootCommand ? "" : $"{string.Join(' ', Path(parsed.CommandResult))} ";
        streams.Error.WriteLine($"Run \"taskprocessing {path}--help\" to see what there is.");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Path(SymbolResult? result) =>
        result is CommandResult { Command: not RootCommand } command ? Path(command.Parent).Append(command.Command.Name) : [];

    private static InvocationConfiguration Invocation(ParseResult parsed, CommandStreams streams) =>
        new()
        {
            Output = streams.Out,
            Error = streams.Error,
            EnableDefaultExceptionHandler = false,
            // The server handles signals itself.
            ProcessTerminationTimeout = IsNotServing(parsed) ? EndingTime : null,
        };

    private static bool IsNotServing(ParseResult parsed) => parsed.Action != parsed.RootCommandResult.Command.Action;
}
