using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Serilog.Debugging;
using TaskProcessing.Server.Cli.Settings;

namespace TaskProcessing.Server.Cli.Serving;

/// <summary><c>serve</c>: runs the server until it is stopped.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("serve", "Runs the server until Ctrl+C or SIGTERM. This is what happens without a command.")
        {
            SettingArguments.UrlsOption(),
        };
        command.SetAction((_, cancellationToken) => RunAsync(host, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, CancellationToken cancellationToken)
    {
        var builder = ServerBuilder.Create([.. host.Settings]);
        if (SettingProblems.Of(builder.Configuration) is { Count: > 0 } problems)
            return host.Refuse(problems);

        // A log that goes nowhere cannot say so itself.
        SelfLog.Enable(message => host.Streams.Fail($"the log is not as it was set: {message.Split('\n')[0].TrimEnd()}"));
        WebApplication? server = null;
        string? failure = null;
        try
        {
            server = builder.AddTaskProcessing().AddServing().Build().UseTaskProcessing();
            await server.StartAsync(cancellationToken);
            await server.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (server?.Lifetime.ApplicationStopping.IsCancellationRequested == true)
        {
            // Stopped before it listened.
        }
        catch (Exception error) when (StartFailure.Explain(error) is { } explanation)
        {
            failure = explanation;
        }
        finally
        {
            if (server is not null)
                await EndAsync(server);
        }

        // Printed last, after the server's own log lines, because people look at the last line.
        return failure is null ? ExitCode.Ok : host.Streams.Fail($"the server cannot run: {failure}");
    }

    /// <summary>Also after a start that failed half-way: running services must end before they are disposed of.</summary>
    private static async Task EndAsync(WebApplication server)
    {
        await server.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
    }
}
