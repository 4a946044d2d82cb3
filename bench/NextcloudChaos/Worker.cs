using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace NextcloudChaos;

/// <summary>A provider app in a process of its own, made with the SDK: it reads files and makes files, and is killed without warning.</summary>
internal static class Worker
{
    public const string App = "worker";
    public const string Secret = "secret-of-the-worker";

    public static async Task<int> RunAsync(Uri server, CancellationToken cancellationToken)
    {
        using var source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = server,
                AppId = App,
                Secret = Secret,
                Wait = TimeSpan.FromSeconds(5),
            },
            TimeProvider.System
        );
        var loop = new WorkerLoop(
            source,
            [new Listener(), new Painter()],
            new WorkerOptions(),
            NullLogger<WorkerLoop>.Instance,
            TimeProvider.System
        );
        await loop.RunAsync(cancellationToken);
        return 0;
    }

    public static Process Start(Uri server) => Process.Start(Environment.ProcessPath!, ["worker", server.ToString()]);

    /// <summary>The file that a text becomes.</summary>
    public static string PictureOf(string text) => $"a picture of {text}";

    private static ProviderDescriptor Describe(string id, string type) =>
        new()
        {
            Id = $"{App}:{id}",
            Name = id,
            TaskType = type,
            ExpectedRuntime = TimeSpan.FromSeconds(1),
        };

    /// <summary>Answers what is in a file.</summary>
    private sealed class Listener : TaskProvider
    {
        public override ProviderDescriptor Descriptor { get; } = Describe("listener", Cloud.Sound);

        public override int Concurrency => 4;

        public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
        {
            await using var file = await context.OpenFileAsync("input");
            using var reader = new StreamReader(file);
            var heard = await reader.ReadToEndAsync(context.CancellationToken);
            await TakeTimeAsync(context);
            return new TaskOutput { { "output", heard } };
        }
    }

    /// <summary>Makes files of a text.</summary>
    private sealed class Painter : TaskProvider
    {
        public override ProviderDescriptor Descriptor { get; } = Describe("painter", Cloud.Picture);

        public override int Concurrency => 4;

        public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
        {
            await TakeTimeAsync(context);
            using var picture = new MemoryStream(Encoding.UTF8.GetBytes(PictureOf(context.Text("input"))));
            return new TaskOutput { { "images", [await context.UploadFileAsync(picture, "picture.png")] } };
        }
    }

    private static async Task TakeTimeAsync(TaskRunContext context)
    {
        for (var step = 1; step <= 4; step++)
        {
            await Task.Delay(Random.Shared.Next(200), context.CancellationToken);
            await context.ReportProgressAsync(step / 5.0);
        }
    }
}
