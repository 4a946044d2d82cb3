using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>What the admin page and the metrics tell of connected Nextclouds.</summary>
public sealed class AdminNextcloudTests
{
    private static readonly Uri Away = new("http://127.0.0.1:9");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Connections_are_told_of_with_their_work_and_what_is_wrong_and_switched(string store)
    {
        var (audit, time) = (new AuditLog(), new ManualTimeProvider());
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            time,
            more: services => services.AddSingleton<ILogEventSink>(audit)
        );
        await server.ConnectAsync("home", Away);
        await server.ConnectAsync("other", Away);
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var running = (await alice.ScheduleAsync()).TaskId;
        await worker.NextAsync("worker:core:text2text", "core:text2text");
        var waiting = (await alice.ScheduleAsync()).TaskId;
        await ClaimAsync(server, "home", NextcloudTaskState.Scheduled, running);
        await ClaimAsync(server, "home", NextcloudTaskState.Scheduled, waiting);
        await ClaimAsync(server, "home", NextcloudTaskState.Claimed);
        await ClaimAsync(server, "home", NextcloudTaskState.Finishing);
        await ClaimAsync(server, "home", NextcloudTaskState.Ended);
        await server.Get<NoteContact>().RunAsync("other", new(NextcloudTrouble.Unreachable, "It cannot be reached: gone", null), Token);
        server.ExpectedLog.Add("Nextcloud other: It cannot be reached");
        using var admin = await server.UserAsync("ada", isAdmin: true);

        var (home, other) = await OverviewAsync(admin);
        home["waiting"]!.GetValue<int>().Should().Be(2);
        home["running"]!.GetValue<int>().Should().Be(1);
        home["finishing"]!.GetValue<int>().Should().Be(1);
        Text(home, "state").Should().Be("not registered there yet");
        Text(other, "trouble").Should().Be("unreachable");
        Text(other, "state").Should().Be("It cannot be reached: gone");
        other["troubleSince"]!.GetValue<long>().Should().Be(time.GetUtcNow().ToUnixTimeSeconds());

        (await admin.OcsAsync("POST", "/admin/nextclouds/other/enabled", new { enabled = false })).HttpStatus.Should().Be(200);
        time.Advance(TimeSpan.FromSeconds(2));
        (_, other) = await OverviewAsync(admin);
        other["enabled"]!.GetValue<bool>().Should().BeFalse();
        Text(other, "state").Should().Be("disabled here");
        var findings = (await admin.OcsAsync("POST", "/admin/nextclouds/home/check")).Data!["findings"]!.AsArray();
        findings.Should().Contain(finding => finding!["isGood"]!.GetValue<bool>() == false);
        audit
            .Lines.Should()
            .Equal("user ada from 127.0.0.1/32: disable nextcloud other", "user ada from 127.0.0.1/32: check nextcloud home");
    }

    [Fact]
    public async Task What_may_not_be_done_is_refused()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Nextclouds:Connections:home:Url"] = Away.ToString(),
                ["Nextclouds:Connections:home:Secret"] = "a-secret-of-sixteen",
            }
        );
        using var admin = await server.UserAsync("ada", isAdmin: true);
        using var alice = await server.UserAsync("alice");

        (await admin.OcsAsync("POST", "/admin/nextclouds/none/enabled", new { enabled = true })).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/nextclouds/none/check")).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/nextclouds/home/enabled", new { enabled = false })).HttpStatus.Should().Be(409);
        (await alice.OcsAsync("POST", "/admin/nextclouds/home/enabled", new { enabled = false })).HttpStatus.Should().Be(403);
        (await alice.OcsAsync("POST", "/admin/nextclouds/home/check")).HttpStatus.Should().Be(403);
    }

    private static async Task ClaimAsync(TestServer server, string id, NextcloudTaskState state, long? taskId = null)
    {
        var remoteId = Random.Shared.NextInt64(1, long.MaxValue);
        await server
            .Get<INextcloudTaskStore>()
            .AddAsync(
                [
                    new NextcloudTask
                    {
                        NextcloudId = id,
                        RemoteId = remoteId,
                        Type = "core:text2text",
                        AppId = "assistant",
                        Input = "{}",
                        Key = $"{id}/{remoteId}",
                        State = state,
                        TaskId = taskId,
                        TakenAt = DateTimeOffset.UnixEpoch,
                    },
                ],
                Token
            );
    }

    private static async Task<(JsonNode Home, JsonNode Other)> OverviewAsync(HttpClient admin)
    {
        var nextclouds = (await admin.OcsAsync("GET", "/admin/overview")).Data!["nextclouds"]!.AsArray();
        return (nextclouds.Single(one => Text(one!, "id") == "home")!, nextclouds.Single(one => Text(one!, "id") == "other")!);
    }

    private static string? Text(JsonNode node, string key) => node[key]?.GetValue<string>();
}
