using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.Local;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>A cancel, or the loss of the task, reaches providers that report nothing, in the server's own process and over HTTP.</summary>
public sealed class CancelJourneyTests
{
    [Theory]
    [InlineData(false, "cancel")]
    [InlineData(true, "cancel")]
    [InlineData(true, "delete")]
    [InlineData(false, "take")]
    [InlineData(true, "take")]
    public async Task A_provider_that_reports_nothing_hears_that_its_task_is_not_wanted(bool isRemote, string how)
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
        var provider = new Silent();
        var options = new WorkerOptions { KeepAliveInterval = TimeSpan.FromHours(1) };
        var worker = new WorkerLoop(
            (IWorkSource?)source ?? ActivatorUtilities.CreateInstance<LocalWorkSource>(server.Get<IServiceProvider>()),
            [provider],
            options,
            NullLogger<WorkerLoop>.Instance,
            TimeProvider.System
        );
        using var stopping = new CancellationTokenSource();
        var running = worker.RunAsync(stopping.Token);
        await Eventually.BecomesTrue(() => server.Get<CurrentTaskTypes>().Current.Find("core:text2text") is not null, "the registration");
        var id = (await alice.ScheduleAsync()).TaskId;
        await provider.Started.Task;

        if (how == "cancel")
            await alice.OcsAsync("POST", $"/tasks/{id}/cancel");
        else if (how == "delete")
            await alice.OcsAsync("DELETE", $"/task/{id}");
        else
            await TakeAsync(server);

        (await provider.Stopped.Task).Should().Be(how == "delete" ? StopReason.TaskGone : StopReason.TaskCancelled);
        await stopping.CancelAsync();
        await running;
    }

    /// <summary>Ends the lease, and lets another worker claim the task.</summary>
    private static async Task TakeAsync(TestServer server)
    {
        await server
            .Get<ITaskUpkeep>()
            .ReturnLostAsync(mostAttempts: 10, limit: 10, DateTimeOffset.UtcNow.AddDays(1), CancellationToken.None);
        var request = new ClaimRequest(["test:silent"], ["core:text2text"], Count: 1, TimeSpan.Zero);
        var claimed = await server.Get<ClaimTasks>().RunAsync(request, CancellationToken.None, CancellationToken.None);
        claimed.Tasks.Should().ContainSingle();
    }

    private sealed class Silent : TaskProvider
    {
        public TaskCompletionSource Started { get; } = new();

        public TaskCompletionSource<StopReason> Stopped { get; } = new();

        public override ProviderDescriptor Descriptor { get; } =
            new()
            {
                Id = "test:silent",
                Name = "Silent",
                TaskType = "core:text2text",
            };

        public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
        {
            Started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                Stopped.SetResult(context.StopReason);
            }

            return [];
        }
    }
}
