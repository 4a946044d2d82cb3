using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>What the admin page gets and does: the queue.</summary>
public sealed class AdminTests
{
    private static readonly string[] Reads = ["/admin/overview", "/admin/failed"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task The_overview_tells_of_the_queue_and_a_failed_task_runs_again(string store)
    {
        var audit = new AuditLog();
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            new ManualTimeProvider(),
            more: services => services.AddSingleton<ILogEventSink>(audit)
        );
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var admin = await server.SignedInAsync("ada", isAdmin: true);
        var failed = await FailAsync(alice, worker, "the model is on fire");
        await alice.ScheduleAsync();
        var running = await NextAsync(worker);
        await alice.ScheduleAsync();

        var overview = (await admin.OcsAsync("GET", "/admin/overview")).Data!;

        var type = overview["queue"]!.AsArray().Single()!;
        type["type"]!.GetValue<string>().Should().Be("core:text2text");
        type["waiting"]!.GetValue<int>().Should().Be(1);
        type["running"]!.GetValue<int>().Should().Be(1);
        type["failed"]!.GetValue<int>().Should().Be(1);
        type["oldestAt"].Should().NotBeNull();
        overview["minutes"]!.AsArray().Should().HaveCount(60);
        overview["minutes"]!.AsArray()[^1]!["failed"]!.GetValue<int>().Should().Be(1);
        var shownRunning = overview["running"]!.AsArray().Single()!;
        shownRunning["id"]!.GetValue<long>().Should().Be(running);
        shownRunning["worker"]!.GetValue<string>().Should().StartWith("app ");
        var shownFailed = overview["failed"]!.AsArray().Single()!;
        shownFailed["error"]!.GetValue<string>().Should().Be("the model is on fire");
        shownFailed["party"]!.GetValue<string>().Should().Be("user alice");

        (await admin.OcsAsync("POST", $"/admin/tasks/{failed}/requeue")).HttpStatus.Should().Be(200);
        (await alice.TaskAsync(failed)).GetProperty("status").GetString().Should().Be("STATUS_SCHEDULED");
        (await admin.OcsAsync("POST", $"/admin/tasks/{failed}/requeue")).HttpStatus.Should().Be(409);
        (await admin.OcsAsync("POST", $"/admin/tasks/{running}/cancel")).HttpStatus.Should().Be(200);
        (await alice.TaskAsync(running)).GetProperty("status").GetString().Should().Be("STATUS_CANCELLED");
        audit
            .Lines.Should()
            .Equal($"user ada from 127.0.0.1/32: requeue task {failed}", $"user ada from 127.0.0.1/32: cancel task {running}");
    }

    [Fact]
    public async Task Older_failed_tasks_come_in_pages()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var admin = await server.UserAsync("ada", isAdmin: true);
        var ids = new[] { await FailAsync(alice, worker, "first"), await FailAsync(alice, worker, "second") };

        Ids(await admin.OcsAsync("GET", "/admin/failed")).Should().Equal(ids[1], ids[0]);
        Ids(await admin.OcsAsync("GET", $"/admin/failed?before={ids[1]}")).Should().Equal(ids[0]);
        (await admin.OcsAsync("GET", "/admin/failed?before=x")).HttpStatus.Should().Be(400);
    }

    [Fact]
    public async Task It_is_for_administrators_in_person()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var session = await server.SignedInAsync("ada", isAdmin: true);
        using var app = await server.ExAppAsync("app", userId: "ada");
        using var guest = server.Guest();

        foreach (var route in Reads)
        {
            (await alice.OcsAsync("GET", route)).HttpStatus.Should().Be(403, route);
            (await app.OcsAsync("GET", route)).HttpStatus.Should().Be(403, route);
            (await guest.OcsAsync("GET", route)).HttpStatus.Should().Be(401, route);
            (await session.OcsAsync("GET", route)).HttpStatus.Should().Be(200, route);
        }

        (await session.OcsAsync("POST", "/admin/tasks/4711/requeue")).HttpStatus.Should().Be(404);
        session.DefaultRequestHeaders.Remove("requesttoken");
        (await session.OcsAsync("POST", "/admin/tasks/4711/requeue")).HttpStatus.Should().Be(412);
        (await alice.OcsAsync("POST", "/admin/tasks/4711/requeue")).HttpStatus.Should().Be(403);
    }

    [Fact]
    public async Task The_page_is_there_unless_pages_are_off()
    {
        await using var server = await TestServer.StartAsync();
        (await server.Guest().GetAsync("/admin", Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        await using var other = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Pages:Enabled"] = "false" });
        using var admin = await other.UserAsync("ada", isAdmin: true);
        (await admin.GetAsync("/admin", Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await admin.OcsAsync("GET", "/admin/overview")).HttpStatus.Should().Be(404);
    }

    private static async Task<long> FailAsync(HttpClient user, HttpClient worker, string error)
    {
        await user.ScheduleAsync();
        var id = await NextAsync(worker);
        (await worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { errorMessage = error })).HttpStatus.Should().Be(200);
        return id;
    }

    private static async Task<long> NextAsync(HttpClient worker) =>
        await worker.NextAsync("worker:core:text2text", "core:text2text") ?? throw new InvalidOperationException("No task waits.");

    private static IEnumerable<long> Ids(OcsReply reply) => reply.Data!["tasks"]!.AsArray().Select(task => task!["id"]!.GetValue<long>());
}
