using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>What the admin page gets and does: provider apps, providers, webhooks.</summary>
public sealed class AdminServingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Apps_and_providers_are_told_of_with_what_is_wrong_and_switched(string store)
    {
        var (audit, time) = (new AuditLog(), new ManualTimeProvider());
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            time,
            more: services => services.AddSingleton<ILogEventSink>(audit)
        );
        using var worker = await server.WorkerAsync("core:text2text");
        await server.AddExAppAsync("quiet");
        await server.Get<ExAppPresenceKeeper>().RunAsync(Token);
        using var admin = await server.UserAsync("ada", isAdmin: true);

        var overview = await OverviewAsync(admin);
        var (quiet, working) = (overview["apps"]![0]!, overview["apps"]![1]!);
        Text(quiet, "id").Should().Be("quiet");
        Text(quiet, "trouble").Should().Be("neverSeen");
        Text(working, "id").Should().Be("worker");
        Text(working, "trouble").Should().Be("none");
        working["seenAt"]!.GetValue<long>().Should().Be(time.GetUtcNow().ToUnixTimeSeconds());
        working["providers"]!.GetValue<int>().Should().Be(1);
        Provider(overview, "state").Should().Be("serving");

        (await admin.OcsAsync("POST", "/admin/providers/enabled", new { id = "worker:core:text2text", enabled = false }))
            .HttpStatus.Should()
            .Be(200);
        (await admin.OcsAsync("POST", "/admin/apps/quiet/enabled", new { enabled = false })).HttpStatus.Should().Be(200);
        time.Advance(TimeSpan.FromSeconds(2));
        overview = await OverviewAsync(admin);
        Provider(overview, "state").Should().Be("disabled");
        Text(overview["apps"]![0]!, "trouble").Should().Be("disabled");

        var findings = (await admin.OcsAsync("POST", "/admin/apps/quiet/check")).Data!["findings"]!.AsArray();
        findings.Should().Contain(finding => !finding!["isGood"]!.GetValue<bool>());
        time.Advance(TimeSpan.FromSeconds(2));
        time.SetForward(TimeSpan.FromHours(1));
        Text((await OverviewAsync(admin))["apps"]![1]!, "trouble").Should().Be("silent");
        audit
            .Lines.Should()
            .Equal(
                "user ada from 127.0.0.1/32: disable provider worker:core:text2text",
                "user ada from 127.0.0.1/32: disable app quiet",
                "user ada from 127.0.0.1/32: check app quiet"
            );
    }

    [Fact]
    public async Task What_does_not_exist_is_said_so()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = await server.UserAsync("ada", isAdmin: true);
        using var alice = await server.UserAsync("alice");

        (await admin.OcsAsync("POST", "/admin/apps/none/enabled", new { enabled = true })).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/apps/none/check")).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/providers/enabled", new { id = "none" })).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/providers/enabled")).HttpStatus.Should().Be(400);
        (await admin.OcsAsync("POST", "/admin/webhooks/none/retry")).HttpStatus.Should().Be(404);
        (await alice.OcsAsync("POST", "/admin/webhooks/none/retry")).HttpStatus.Should().Be(403);
        (await alice.OcsAsync("POST", "/admin/apps/none/enabled")).HttpStatus.Should().Be(403);
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Webhooks_that_no_receiver_has_are_listed_and_sent_again(string store)
    {
        var audit = new AuditLog();
        await using var app = await FakeExApp.StartAsync();
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            more: services => services.AddSingleton<ILogEventSink>(audit)
        );
        using var admin = await server.UserAsync("ada", isAdmin: true);
        server.ExpectedLog.Add("there is no app \"later\"");
        var task = await server.EndTaskAsync("/hook", "AppAPI:later:POST");
        var delivery = await server.DeliveryBecomesAsync(WebhookState.Refused);

        var webhooks = (await OverviewAsync(admin))["webhooks"]!;

        webhooks["failedCount"]!.GetValue<int>().Should().Be(1);
        webhooks["waitingCount"]!.GetValue<int>().Should().Be(0);
        var failed = webhooks["failed"]![0]!;
        failed["taskId"]!.GetValue<long>().Should().Be(task);
        Text(failed, "state").Should().Be("refused");
        Text(failed, "lastProblem").Should().Be("there is no app \"later\"");
        await server.AddExAppAsync("later", url: app.Url);
        (await admin.OcsAsync("POST", $"/admin/webhooks/{delivery.Id}/retry")).HttpStatus.Should().Be(200);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        (await admin.OcsAsync("POST", $"/admin/webhooks/{delivery.Id}/retry")).HttpStatus.Should().Be(409);
        audit.Lines.Should().Equal($"user ada from 127.0.0.1/32: retry webhook {delivery.Id}");
    }

    private static async Task<JsonNode> OverviewAsync(HttpClient admin) => (await admin.OcsAsync("GET", "/admin/overview")).Data!;

    private static string Provider(JsonNode overview, string name) => Text(overview["providers"]!.AsArray().Single()!, name);

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
