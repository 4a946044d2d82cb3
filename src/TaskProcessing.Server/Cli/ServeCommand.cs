using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Cli;

/// <summary><c>serve</c>: the server itself, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("serve", "Runs the server until Ctrl+C or SIGTERM. This is what happens without a command.") { SettingArguments.UrlsOption() };
        command.SetAction((_, cancellationToken) => RunAsync(host, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, CancellationToken cancellationToken)
    {
        var builder = ServerBuilder.Create([.. host.Settings]);
        if (SettingProblems.Of(builder.Configuration) is { Count: > 0 } problems)
            return host.Refuse(problems);

        WebApplication? server = null;
        try
        {
            server = builder.AddTaskProcessing().AddServing().Build().UseTaskProcessing();
            await server.StartAsync(cancellationToken);
            await server.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Ok;
        }
        catch (Exception error) when (IsExplained(error))
        {
            return host.Streams.Fail($"the server cannot run: {error.Message}");
        }
        finally
        {
            if (server is not null)
                await EndAsync(server);
        }
    }

    /// <summary>Also after a start that failed half-way: what runs already must end before it is disposed.</summary>
    private static async Task EndAsync(WebApplication server)
    {
        await server.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
    }

    /// <summary>A port in use or an address that is none, a database that is away, a log that cannot be set up: the message says it all.</summary>
    private static bool IsExplained(Exception error) =>
        error is IOException or StoreUnavailableException or UnauthorizedAccessException or FormatException or InvalidOperationException or ArgumentException;
}
