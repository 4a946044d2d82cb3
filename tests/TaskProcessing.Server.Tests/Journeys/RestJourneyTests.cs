using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>The face at <c>/api/v1/tasks</c>, as pipelines and dashboards use it.</summary>
public sealed class RestJourneyTests
{
    private const string Tasks = "/api/v1/tasks";
    private const string Providers = "/ocs/v2.php/taskprocessing/tasks_provider";

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task A_pipeline_queues_a_search_and_a_dashboard_watches_it(string store)
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), time);
        using var dashboard = await KeyAsync(server, "dashboard");
        using var app = await server.ExAppAsync("crawler");

        // Before any worker is up.
        var created = await PostAsync(
            dashboard,
            Tasks,
            new
            {
                task_type = "search",
                project_id = 1,
                @params = new { query = "machine learning", sources = new[] { "semantic_scholar" } },
            }
        );
        var id = created.GetProperty("data").GetProperty("id").GetInt64();
        created.GetProperty("data").GetProperty("status").GetString().Should().Be("pending");

        await app.RegisterAsync("crawler:search", "pipeline:search");
        time.Advance(TimeSpan.FromSeconds(1));
        var claimed = await app.GetFromJsonAsync<JsonElement>(
            $"{Providers}/next?providerIds[]=crawler:search&taskTypeIds[]=pipeline:search"
        );
        claimed
            .GetProperty("ocs")
            .GetProperty("data")
            .GetProperty("task")
            .GetProperty("input")
            .GetRawText()
            .Should()
            .Be("""{"query":"machine learning","sources":["semantic_scholar"]}""");
        (await app.PostAsJsonAsync($"{Providers}/{id}/progress", new { step = 30, total = 120 })).EnsureSuccessStatusCode();

        var listed = await GetAsync(dashboard, $"{Tasks}?project_id=1&status=running&limit=20");
        listed
            .GetRawText()
            .Should()
            .Be(
                """{"code":200,"message":"success","data":"""
                    + $$"""[{"id":{{id}},"project_id":1,"task_type":"search","status":"running","progress":"""
                    + """30,"total":120,"created_at":"2026-07-01T12:00:00"}]}"""
            );

        time.Advance(TimeSpan.FromSeconds(90));
        (
            await app.PostAsJsonAsync($"{Providers}/{id}/result", new { output = new { papers_found = 15, imported = 10 } })
        ).EnsureSuccessStatusCode();
        (await GetAsync(dashboard, $"{Tasks}/{id}"))
            .GetProperty("data")
            .GetRawText()
            .Should()
            .Be(
                """{"params":{"query":"machine learning","sources":["semantic_scholar"]},"result":"""
                    + """{"papers_found":15,"imported":10},"error_message":"","started_at":"2026-07-01T12:00:01","completed_at":"""
                    + "\"2026-07-01T12:01:31\",\"history\":["
                    + """{"at":"2026-07-01T12:00:00","event":"scheduled","actor":"key dashboard","detail":"rest"},"""
                    + """{"at":"2026-07-01T12:00:01","event":"claimed","actor":"app crawler","detail":"crawler:search"},"""
                    + """{"at":"2026-07-01T12:00:01","event":"renewed","actor":"app crawler","detail":"the last time of 1"},"""
                    + """{"at":"2026-07-01T12:01:31","event":"succeeded","actor":"app crawler","detail":""}],"id":"""
                    + $$"""{{id}},"project_id":1,"task_type":"search","status":"completed","progress":120,"total":"""
                    + """120,"created_at":"2026-07-01T12:00:00"}"""
            );
    }

    [Fact]
    public async Task A_dashboard_made_with_axios_polls_and_cancels()
    {
        await using var server = await TestServer.StartAsync();
        (await KeyAsync(server, "dashboard")).Dispose();
        using var dashboard = NpmTools.Start("dashboard.mjs", "axios", server.Address.ToString(), "key-dashboard", "3");
        var errors = dashboard.StandardError.ReadToEndAsync();
        var first = await dashboard.StandardOutput.ReadLineAsync();
        first.Should().NotBeNull(first is null ? await errors : "");
        var id = JsonElement.Parse(first!).GetProperty("wanted").GetInt64();

        await server
            .Get<FinishTask>()
            .RunAsync(id, new FinishRequest(JsonElement.Parse("""{"pages":12}"""), null, null), CancellationToken.None);

        var seen = JsonElement.Parse(await dashboard.StandardOutput.ReadToEndAsync());
        seen.GetProperty("cancelled").GetString().Should().Be("Task cancelled");
        seen.GetProperty("again")
            .GetRawText()
            .Should()
            .Be("""{"code":400,"message":"Cannot cancel task in cancelled state","data":null}""");
        seen.GetProperty("statuses").EnumerateArray().Select(status => status.GetString()).Should().Equal("cancelled", "completed");
        seen.GetProperty("detail").GetProperty("result").GetRawText().Should().Be("""{"pages":12}""");
        seen.GetProperty("page").GetInt32().Should().Be(1);
        seen.GetProperty("missing").GetRawText().Should().Be("""{"code":404,"message":"Task not found","data":null}""");
    }

    [Theory]
    [InlineData("pending", 200, "Task cancelled")]
    [InlineData("running", 200, "Task cancelled")]
    [InlineData("completed", 400, "Cannot cancel task in completed state")]
    [InlineData("failed", 400, "Cannot cancel task in failed state")]
    [InlineData("cancelled", 400, "Cannot cancel task in cancelled state")]
    public async Task Only_waiting_and_running_tasks_can_be_cancelled(string state, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        using var dashboard = await KeyAsync(server, "dashboard");
        var id = (await PostAsync(dashboard, Tasks, new { task_type = "crawl" })).GetProperty("data").GetProperty("id").GetInt64();
        await BringIntoAsync(server, id, state);

        var answer = await dashboard.PostAsync($"{Tasks}/{id}/cancel", null);

        ((int)answer.StatusCode).Should().Be(code);
        (await answer.Content.ReadAsStringAsync()).Should().Be($$"""{"code":{{code}},"message":"{{message}}","data":null}""");
        (await GetAsync(dashboard, $"{Tasks}?status={(code == 200 ? "cancelled" : state)}"))
            .GetProperty("data")
            .GetArrayLength()
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task Lists_are_newest_first_filtered_and_paged()
    {
        await using var server = await TestServer.StartAsync();
        using var dashboard = await KeyAsync(server, "dashboard");
        var ids = new List<long>();
        for (var index = 0; index < 7; index++)
            ids.Add(
                (await PostAsync(dashboard, Tasks, new { task_type = "index", project_id = index % 2 }))
                    .GetProperty("data")
                    .GetProperty("id")
                    .GetInt64()
            );

        Ids(await GetAsync(dashboard, Tasks)).Should().Equal(Enumerable.Reverse(ids));
        Ids(await GetAsync(dashboard, $"{Tasks}?limit=2")).Should().Equal(ids[6], ids[5]);
        Ids(await GetAsync(dashboard, $"{Tasks}?limit=2&before_id={ids[5]}")).Should().Equal(ids[4], ids[3]);
        Ids(await GetAsync(dashboard, $"{Tasks}?project_id=1")).Should().Equal(ids[5], ids[3], ids[1]);
        Ids(await GetAsync(dashboard, $"{Tasks}?project_id=0&status=pending&limit=1")).Should().Equal(ids[6]);
        Ids(await GetAsync(dashboard, $"{Tasks}?status=sleeping")).Should().BeEmpty();

        var page = (await GetAsync(dashboard, $"{Tasks}?page=2&page_size=3")).GetProperty("data");
        page.GetProperty("items").EnumerateArray().Select(task => task.GetProperty("id").GetInt64()).Should().Equal(ids[3], ids[2], ids[1]);
        page.GetProperty("total").GetInt32().Should().Be(7);
        page.GetProperty("page").GetInt32().Should().Be(2);
        page.GetProperty("page_size").GetInt32().Should().Be(3);
        page.GetProperty("total_pages").GetInt32().Should().Be(3);
        (await GetAsync(dashboard, $"{Tasks}?page=9")).GetProperty("data").GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Theory]
    [InlineData("GET", "?limit=many", 422)]
    [InlineData("GET", "?limit=0", 422)]
    [InlineData("GET", "?project_id=-1", 422)]
    [InlineData("GET", "?page=99999999999999999999", 422)]
    [InlineData("GET", "/seven", 422)]
    [InlineData("GET", "/4711", 404)]
    [InlineData("POST", "/4711/cancel", 404)]
    [InlineData("GET", "/1/nothing", 404)]
    [InlineData("PUT", "/1", 405)]
    [InlineData("POST", "", 400)]
    public async Task Errors_have_the_same_envelope(string method, string path, int code)
    {
        await using var server = await TestServer.StartAsync();
        using var dashboard = await KeyAsync(server, "dashboard");

        var answer = await dashboard.SendAsync(new HttpRequestMessage(new HttpMethod(method), Tasks + path));

        ((int)answer.StatusCode).Should().Be(code);
        var envelope = await answer.Content.ReadFromJsonAsync<JsonElement>();
        envelope.EnumerateObject().Select(property => property.Name).Should().Equal("code", "message", "data");
        envelope.GetProperty("code").GetInt32().Should().Be(code);
        envelope.GetProperty("message").GetString().Should().NotBeEmpty();
        envelope.GetProperty("data").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Users_see_their_own_tasks_keys_their_project_admins_and_open_keys_all()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var admin = await server.UserAsync("boss", isAdmin: true);
        using var all = await KeyAsync(server, "all");
        using var one = await KeyAsync(server, "one", project: 1);
        var ofAlice = (await PostAsync(alice, Tasks, new { task_type = "dedup", project_id = 1 }))
            .GetProperty("data")
            .GetProperty("id")
            .GetInt64();
        var ofBob = (await PostAsync(bob, Tasks, new { task_type = "dedup", project_id = 2 }))
            .GetProperty("data")
            .GetProperty("id")
            .GetInt64();

        Ids(await GetAsync(alice, Tasks)).Should().Equal(ofAlice);
        Ids(await GetAsync(bob, Tasks)).Should().Equal(ofBob);
        Ids(await GetAsync(admin, Tasks)).Should().Equal(ofBob, ofAlice);
        Ids(await GetAsync(all, Tasks)).Should().Equal(ofBob, ofAlice);
        Ids(await GetAsync(one, Tasks)).Should().Equal(ofAlice);
        Ids(await GetAsync(one, $"{Tasks}?project_id=2")).Should().BeEmpty();
        (await alice.GetAsync($"{Tasks}/{ofBob}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await one.PostAsync($"{Tasks}/{ofBob}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await one.PostAsJsonAsync(Tasks, new { task_type = "ocr", project_id = 2 })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_login_is_required_unless_anonymous_access_is_allowed()
    {
        await using var closed = await TestServer.StartAsync();
        (await closed.Guest().GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        var wrong = closed.Guest();
        wrong.DefaultRequestHeaders.Add("X-API-Key", "guess");
        (await wrong.GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var key = await KeyAsync(closed, "service");
        await closed.Get<IApiKeyStore>().RemoveAsync("service", CancellationToken.None);
        (await key.GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "a revoked key is dead at once");

        await using var open = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Rest:Anonymous"] = "true" });
        (await open.Guest().GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.OK);
        var foreign = open.Guest();
        foreign.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        (await foreign.PostAsJsonAsync(Tasks, new { task_type = "ocr" })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("failed", 200, "Task requeued")]
    [InlineData("pending", 400, "Cannot requeue task in pending state")]
    [InlineData("running", 400, "Cannot requeue task in running state")]
    [InlineData("completed", 400, "Cannot requeue task in completed state")]
    [InlineData("cancelled", 400, "Cannot requeue task in cancelled state")]
    public async Task Only_failed_tasks_can_run_again(string state, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        using var dashboard = await KeyAsync(server, "dashboard");
        var id = (await PostAsync(dashboard, Tasks, new { task_type = "crawl" })).GetProperty("data").GetProperty("id").GetInt64();
        await BringIntoAsync(server, id, state);

        var answer = await dashboard.PostAsync($"{Tasks}/{id}/requeue", null);

        ((int)answer.StatusCode).Should().Be(code);
        (await answer.Content.ReadAsStringAsync()).Should().Be($$"""{"code":{{code}},"message":"{{message}}","data":null}""");
        var task = (await GetAsync(dashboard, $"{Tasks}/{id}")).GetProperty("data");
        task.GetProperty("status").GetString().Should().Be(code == 200 ? "pending" : state);
        if (code == 200)
            task.GetProperty("history").EnumerateArray().Last().GetProperty("actor").GetString().Should().Be("key dashboard");
    }

    [Fact]
    public async Task Users_have_nothing_run_again_and_see_no_history()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Rest:Anonymous"] = "true" });
        using var alice = await server.UserAsync("alice");
        using var admin = await server.UserAsync("boss", isAdmin: true);
        using var other = await KeyAsync(server, "other", project: 7);
        var id = (await PostAsync(alice, Tasks, new { task_type = "ocr" })).GetProperty("data").GetProperty("id").GetInt64();
        await BringIntoAsync(server, id, "failed");

        foreach (var client in new[] { alice, server.Guest() })
        {
            (await client.PostAsync($"{Tasks}/{id}/requeue", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await GetAsync(client, $"{Tasks}/{id}")).GetProperty("data").TryGetProperty("history", out _).Should().BeFalse();
        }

        (await other.PostAsync($"{Tasks}/{id}/requeue", null)).StatusCode.Should().Be(HttpStatusCode.NotFound, "it is another project's");
        (await admin.PostAsync($"{Tasks}/{id}/requeue", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(admin, $"{Tasks}/{id}"))
            .GetProperty("data")
            .GetProperty("history")
            .EnumerateArray()
            .Select(one => $"{one.GetProperty("event")} by {one.GetProperty("actor")}")
            .Should()
            .Equal("scheduled by user alice", "failed by server", "requeued by user boss");
    }

    [Fact]
    public async Task A_request_with_the_same_key_is_the_same_task()
    {
        await using var server = await TestServer.StartAsync();
        using var dashboard = await KeyAsync(server, "dashboard");
        dashboard.DefaultRequestHeaders.Add("Idempotency-Key", "crawl 1");

        var first = await PostAsync(dashboard, Tasks, new { task_type = "crawl" });
        var again = await PostAsync(dashboard, Tasks, new { task_type = "crawl" });
        var other = await dashboard.PostAsJsonAsync(Tasks, new { task_type = "ocr" });

        again.GetProperty("data").GetProperty("id").GetInt64().Should().Be(first.GetProperty("data").GetProperty("id").GetInt64());
        other.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Only_operators_read_technical_errors()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var admin = await server.UserAsync("boss", isAdmin: true);
        var id = (await PostAsync(alice, Tasks, new { task_type = "ocr" })).GetProperty("data").GetProperty("id").GetInt64();
        await server.Get<FinishTask>().RunAsync(id, new FinishRequest(null, "stack trace", "The scan is blank"), CancellationToken.None);

        (await GetAsync(admin, $"{Tasks}/{id}")).GetProperty("data").GetProperty("error_message").GetString().Should().Be("stack trace");
        (await GetAsync(alice, $"{Tasks}/{id}"))
            .GetProperty("data")
            .GetProperty("error_message")
            .GetString()
            .Should()
            .Be("The scan is blank");
    }

    private static async Task<HttpClient> KeyAsync(TestServer server, string name, int? project = null)
    {
        var key = new ApiKey
        {
            Name = name,
            KeyHash = Passwords.HashToken($"key-{name}"),
            ProjectId = project,
            CreatedAt = default,
        };
        await server.Get<IApiKeyStore>().TryAddAsync(key, CancellationToken.None);
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("X-API-Key", $"key-{name}");
        return client;
    }

    private static async Task BringIntoAsync(TestServer server, long id, string state)
    {
        if (state == "running")
            await server.Get<ReportProgress>().RunAsync(id, new ProgressReport(0.1), CancellationToken.None);
        if (state == "completed")
            await server.Get<FinishTask>().RunAsync(id, new FinishRequest(JsonElement.Parse("{}"), null, null), CancellationToken.None);
        if (state == "failed")
            await server.Get<FinishTask>().RunAsync(id, new FinishRequest(null, "broken", null), CancellationToken.None);
        if (state == "cancelled")
            await server.Get<CancelTask>().RunAsync(id, owner: null, CancellationToken.None);
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>(path);

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        var answer = await client.PostAsJsonAsync(path, body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static IEnumerable<long> Ids(JsonElement envelope) =>
        envelope.GetProperty("data").EnumerateArray().Select(task => task.GetProperty("id").GetInt64());
}
