using System.Net;
using System.Security.Cryptography;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Deploy;

/// <summary>
/// Two servers on one PostgreSQL database behind nginx as deploy/nginx sets it up: with buffering, in turns, without sticky
/// sessions.
/// </summary>
public sealed class NginxTests : IAsyncLifetime
{
    private const string Type = "core:text2text";

    private TestServer _one = null!;
    private TestServer _other = null!;
    private Nginx _nginx = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Programs.Need("nginx");
        var settings = new Dictionary<string, string> { ["RateLimits:Enabled"] = "false", ["Proxies:Trusted:0"] = "127.0.0.1" };
        _one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls(), settings: settings);
        _other = await _one.StartPeerAsync(new NoPolls(), settings);
        _nginx = await Nginx.StartAsync(_one.Address, _other.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        if (_other is not null)
            await _other.DisposeAsync();
        if (_one is not null)
            await _one.DisposeAsync();
    }

    [Fact]
    public async Task Tasks_go_all_the_way_with_each_step_at_another_server()
    {
        using var alice = Behind(await _one.UserAsync("alice"));
        using var worker = Behind(await _one.WorkerAsync(Type));
        // An odd number of calls for each task, so that each step meets each server.
        for (var round = 0; round < 6; round++)
        {
            var next = worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=60");
            await Eventually.BecomesTrue(
                () => _one.Get<TaskSignal>().AwaitedTypes.Contains(Type) || _other.Get<TaskSignal>().AwaitedTypes.Contains(Type),
                "waiting"
            );
            var id = await alice.ScheduleAsync(Type, new { input = $"round {round}" });
            (await Eventually.Ends(next)).TaskId.Should().Be(id);
            var ended = alice.OcsAsync("GET", $"/task/{id}?wait=60&status=STATUS_RUNNING");
            (await worker.OcsAsync("POST", $"/tasks_provider/{id}/progress", new { progress = 0.5 })).HttpStatus.Should().Be(200);
            (await worker.FinishAsync(id, new { output = $"answer {round}" })).Should().Be("STATUS_SUCCESSFUL");
            (await Eventually.Ends(ended)).HttpStatus.Should().Be(200);
            (await alice.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be($"answer {round}");
        }
    }

    [Fact]
    public async Task Events_come_through_as_they_happen()
    {
        using var alice = Behind(await _one.UserAsync("alice"));
        using var worker = Behind(await _one.WorkerAsync(Type));
        await alice.ScheduleAsync(Type, new { input = "before" });
        await using var all = await EventReader.FollowAsync(alice, "/tasks/events");
        await using var stillAll = await EventReader.FollowAsync(alice, "/tasks/events");
        await Eventually.Ends(all.NextAsync());
        await Eventually.Ends(stillAll.NextAsync());

        var id = await alice.ScheduleAsync(Type, new { input = "x" });

        (await Eventually.Ends(all.NextAsync())).TaskId.Should().Be(id, "nothing holds it back, though nginx buffers");
        (await Eventually.Ends(stillAll.NextAsync())).TaskId.Should().Be(id, "the stream at the other server too");
        await alice.OcsAsync("POST", $"/tasks/{id}/cancel");
        (await Eventually.Ends(all.NextAsync())).Status.Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task Files_and_sessions_of_one_server_are_good_at_the_other()
    {
        await _one.AddUserAsync("alice", password: SessionDriver.Password);
        using var pages = new HttpClient { BaseAddress = _nginx.Address };
        pages.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        pages.DefaultRequestHeaders.Add("Accept", "application/json");
        await pages.SignInAsync("alice");
        for (var call = 0; call < 4; call++)
            (await pages.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);

        using var alice = Behind(await _one.UserAsync("bob"));
        var content = RandomNumberGenerator.GetBytes(3_000_000);
        for (var copy = 0; copy < 3; copy++)
        {
            (await alice.PutAsync($"/remote.php/webdav/{copy}.bin", new ByteArrayContent(content), Token))
                .StatusCode.Should()
                .Be(HttpStatusCode.Created);
            (await alice.GetByteArrayAsync($"/remote.php/webdav/{copy}.bin", Token)).Should().Equal(content);
        }
    }

    /// <summary>The client with its credentials, but through the proxy.</summary>
    private HttpClient Behind(HttpClient direct)
    {
        var client = new HttpClient { BaseAddress = _nginx.Address };
        foreach (var header in direct.DefaultRequestHeaders)
            client.DefaultRequestHeaders.TryAddWithoutValidation(header.Key, header.Value);
        direct.Dispose();
        return client;
    }
}
