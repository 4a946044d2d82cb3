using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A provider app in a process of its own. It answers tasks whose input is "quick", and works on all others without end.</summary>
internal sealed class SlowWorker : TaskProvider
{
    public const string Argument = "run-slow-worker";

    public override ProviderDescriptor Descriptor { get; } =
        new()
        {
            Id = "test:slow",
            Name = "Slow",
            TaskType = "core:text2text",
        };

    public override int Concurrency => 2;

    public static async Task RunAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddTaskProcessingWorker().UseServer().AddProvider<SlowWorker>();
        await builder.Build().RunAsync();
    }

    /// <summary>Starts it for a server, with its claims in the folder.</summary>
    public static Process Start(Uri server, string folder) =>
        Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [.. OwnAssembly, Argument])
            {
                RedirectStandardOutput = true,
                Environment =
                {
                    ["NEXTCLOUD_URL"] = server.ToString(),
                    ["APP_ID"] = "slow",
                    ["APP_VERSION"] = "1.0.0",
                    ["APP_SECRET"] = "secret",
                    ["APP_PERSISTENT_STORAGE"] = folder,
                },
            }
        )!;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        if (context.Text("input") != "quick")
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new TaskOutput { ["output"] = "done before the end" };
    }

    // The tests run in their own program, or in that of dotnet.
    private static IEnumerable<string> OwnAssembly =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SlowWorker).Assembly.Location] : [];
}
