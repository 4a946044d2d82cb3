using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Workers that read and write files, in the server's own process and over HTTP: they cannot tell the difference.</summary>
public sealed class WorkerFileTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_reads_an_input_file_and_adds_an_output_file(bool isRemote)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.ExAppAsync("worker");
        using var source = isRemote
            ? new OcsWorkSource(
                new OcsWorkerOptions
                {
                    Server = server.Address,
                    AppId = "worker",
                    Secret = "secret",
                },
                TimeProvider.System
            )
            : null;
        var worker = new WorkerLoop(
            (IWorkSource?)source ?? ActivatorUtilities.CreateInstance<LocalWorkSource>(server.Get<IServiceProvider>()),
            [new Shouting()],
            new WorkerOptions(),
            NullLogger<WorkerLoop>.Instance,
            TimeProvider.System
        );
        using var stopping = new CancellationTokenSource();
        var running = worker.RunAsync(stopping.Token);

        await Eventually.BecomesTrue(
            () => server.Get<CurrentTaskTypes>().Current.Find("core:audio2text:subtitles") is not null,
            "the registration"
        );
        var input = await alice.PutFileAsync("quiet.txt", "psst"u8.ToArray());
        var ended = await alice.EndedAsync(await alice.ScheduleAsync("core:audio2text:subtitles", new { input }));

        var output = ended.GetProperty("output").GetProperty("output").GetInt64();
        (await alice.TaskFileAsync(ended, output)).Should().Equal("PSST"u8.ToArray());
        await stopping.CancelAsync();
        await running;
    }

    private sealed class Shouting : TaskProvider
    {
        public override ProviderDescriptor Descriptor { get; } =
            new()
            {
                Id = "test:shout",
                Name = "Shouting",
                TaskType = "core:audio2text:subtitles",
            };

        public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
        {
            await using var input = await context.OpenFileAsync("input");
            using var text = new StreamReader(input);
            var loud = (await text.ReadToEndAsync()).ToUpperInvariant();
            return new TaskOutput
            {
                { "output", await context.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(loud)), "loud.txt") },
            };
        }
    }
}
