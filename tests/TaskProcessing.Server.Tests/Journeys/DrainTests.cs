using System.Net;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>The end of a server behind a load balancer.</summary>
public sealed class DrainTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readiness_is_red_before_the_end_and_everything_is_served_until_then()
    {
        var time = new ManualTimeProvider();
        var server = await TestServer.StartAsync(time: time, settings: new Dictionary<string, string> { ["Shutdown:DrainSeconds"] = "10" });
        using var guest = server.Guest();
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        (await guest.GetAsync("/health/ready", Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        var next = worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=60");
        await Eventually.BecomesTrue(() => server.Get<TaskSignal>().AwaitedTypes.Contains(Type), "waiting");

        var end = server.DisposeAsync().AsTask();
        await Eventually.BecomesTrue(() => server.Get<Drain>().IsDraining && time.WaitersFor(TimeSpan.FromSeconds(10)) > 0, "draining");

        var ready = await guest.GetAsync("/health/ready", Token);
        ready.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(Token)).Should().Contain("\"serving\":\"Unhealthy\"");
        (await guest.GetAsync("/health/live", Token)).StatusCode.Should().Be(HttpStatusCode.OK, "nobody shall kill it");
        next.IsCompleted.Should().BeFalse("a worker whose wait ended would come back to this server");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        (await next).TaskId.Should().Be(id);
        var last = alice.OcsAsync("GET", $"/task/{id}?wait=60");
        await Eventually.BecomesTrue(() => server.Get<TaskSignal>().Waiting > 0, "waiting");

        time.Advance(TimeSpan.FromSeconds(10));
        await end;
        (await last).HttpStatus.Should().Be(200, "a wait ends with the server, with an answer");
        await guest.Invoking(client => client.GetAsync("/health/live", Token)).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task The_program_drains_on_SIGTERM()
    {
        using var directory = new TemporaryDirectory();
        using var program = ProgramDriver.Start(
            directory.Path,
            "--Urls=http://127.0.0.1:0",
            "--Shutdown:DrainSeconds=2",
            "--Providers:ReadyMade:Enabled=false"
        );
        using var client = new HttpClient { BaseAddress = await program.ListenAsync() };
        (await client.GetAsync("/health/ready", Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        program.Terminate();

        await program.SeeAsync("Stopping in 2 seconds");
        var end = await program.EndAsync();
        end.ExitCode.Should().Be(0);
        end.Error.Should().Contain("Stopping in 2 seconds", Exactly.Once(), "it is the time that the orchestrator was told");
    }
}
