using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Http.Scraping;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>What operators read at <c>/metrics</c>, and the callers who may.</summary>
public sealed partial class MetricsTests
{
    private const string Type = "core:text2text";
    private const string ScrapeToken = "a-token-for-scrapers";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task What_becomes_of_tasks_is_counted_by_type_and_outcome(DatabaseProvider store)
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(store, time, Settings());
        server.ExpectedLog.Add("lease");
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        for (var number = 0; number < 5; number++)
            await alice.ScheduleAsync();
        (await alice.TryScheduleAsync("no:such", new { })).HttpStatus.Should().Be(400);
        time.SetForward(TimeSpan.FromSeconds(3));

        var done = await NextAsync(worker);
        var broken = await NextAsync(worker);
        var lost = await NextAsync(worker);
        var givenBack = await NextAsync(worker);
        await worker.OcsAsync("POST", $"/tasks_provider/{givenBack.TaskId}/release", new { claim = givenBack.Claim });
        time.SetForward(TimeSpan.FromSeconds(7));
        await worker.OcsAsync("POST", $"/tasks_provider/{done.TaskId}/result", new { output = new { output = "done" } });
        await worker.OcsAsync("POST", $"/tasks_provider/{broken.TaskId}/result", new { errorMessage = "broken" });
        await alice.OcsAsync("POST", $"/tasks/{givenBack.TaskId}/cancel");
        // Set, not advanced: the server's own run of this job would count after the test has read.
        time.SetForward(TimeSpan.FromSeconds(121));
        await server.Get<QueueKeeper>().RunAsync(Token);

        var metrics = await ScrapeAsync(server);
        metrics["taskprocessing_tasks_scheduled_total", Type].Should().Be(5);
        metrics["taskprocessing_tasks_refused_total", "unknown_type"].Should().Be(1);
        metrics["taskprocessing_tasks_claimed_total", Type].Should().Be(4);
        metrics["taskprocessing_tasks_released_total", Type].Should().Be(1);
        metrics["taskprocessing_tasks_finished_total", Type, "successful"].Should().Be(1);
        metrics["taskprocessing_tasks_finished_total", Type, "failed"].Should().Be(1);
        metrics["taskprocessing_tasks_finished_total", Type, "cancelled"].Should().Be(1);
        metrics["taskprocessing_leases_lost_total", Type, "returned"].Should().Be(1);
        metrics["taskprocessing_task_wait_seconds_count", Type].Should().Be(4);
        metrics["taskprocessing_task_wait_seconds_sum", Type].Should().Be(12);
        metrics["taskprocessing_task_run_seconds_sum", Type, "successful"].Should().Be(7);
        metrics["taskprocessing_queue_tasks", Type, "waiting"].Should().Be(2, "one was never claimed and {0} is back", lost.TaskId);
        metrics["taskprocessing_queue_tasks", Type, "running"].Should().Be(0);
        metrics["taskprocessing_queue_oldest_age_seconds", Type].Should().Be(131);
        metrics["taskprocessing_store_batch_size_count"].Should().BePositive();
        metrics["taskprocessing_outages"].Should().Be(0);
        metrics.Text.Should().Contain("http_route=", "the web server is measured as well");
        metrics.Text.Should().NotContain("alice", "users are no labels");
    }

    [Fact]
    public async Task Connected_Nextclouds_are_measured_with_what_hinders_their_work()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: Settings());
        server.ExpectedLog.Add("Nextcloud home: gone");
        await server.ConnectAsync("home", new Uri("http://127.0.0.1:9"));
        await server.Get<NoteContact>().RunAsync("home", NextcloudContact.Good, Token);
        time.SetForward(TimeSpan.FromSeconds(90));
        await server.Get<NoteContact>().RunAsync("home", new(NextcloudTrouble.Unreachable, "gone", Until: null), Token);

        var metrics = await ScrapeAsync(server);

        metrics["taskprocessing_nextcloud_trouble", "home", "unreachable"].Should().Be(1);
        metrics["taskprocessing_nextcloud_result_age_seconds", "home"].Should().Be(0);
        metrics["taskprocessing_nextcloud_silence_seconds", "home"].Should().Be(90);
        foreach (var state in (string[])["waiting", "running", "finishing"])
            metrics["taskprocessing_nextcloud_tasks", "home", state].Should().Be(0);
    }

    [Fact]
    public async Task A_disabled_connection_is_neither_silent_nor_in_trouble()
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        server.ExpectedLog.Add("Nextcloud home: gone");
        await server.ConnectAsync("home", new Uri("http://127.0.0.1:9"));
        await server.Get<NoteContact>().RunAsync("home", new(NextcloudTrouble.Unreachable, "gone", Until: null), Token);
        await server.Get<INextcloudStore>().SetEnabledAsync("home", enabled: false, Token);

        var metrics = await ScrapeAsync(server);

        metrics.Text.Should().Contain("taskprocessing_nextcloud_trouble{").And.NotContain("taskprocessing_nextcloud_silence_seconds{");
        metrics["taskprocessing_nextcloud_trouble", "home"].Should().Be(0, "nobody wants its tasks now");
    }

    [Fact]
    public async Task Attempts_that_fail_for_now_are_counted_and_their_tasks_are_delayed()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: Settings());
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        await alice.ScheduleAsync();
        var claimed = await NextAsync(worker);
        (await ScrapeAsync(server))["taskprocessing_queue_tasks", Type, "running"].Should().Be(1);

        await worker.OcsAsync(
            "POST",
            $"/tasks_provider/{claimed.TaskId}/result",
            new
            {
                errorMessage = "busy",
                retryable = true,
                claim = claimed.Claim,
            }
        );

        var cached = await ScrapeAsync(server);
        cached["taskprocessing_tasks_retried_total", Type].Should().Be(1);
        cached["taskprocessing_queue_tasks", Type, "running"].Should().Be(1, "the database is asked every few seconds at most");
        time.Advance(TimeSpan.FromSeconds(5));
        var fresh = await ScrapeAsync(server);
        fresh["taskprocessing_queue_tasks", Type, "running"].Should().Be(0);
        fresh["taskprocessing_queue_tasks", Type, "delayed"].Should().Be(1);
    }

    [Fact]
    public async Task Attempts_to_deliver_webhooks_are_counted_by_outcome()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.AnswerWith(500);
        var time = new ManualTimeProvider();
        var settings = WebhookReceiver.Settings("127.0.0.1", [.. Settings().Select(setting => (setting.Key, setting.Value))]);
        await using var server = await TestServer.StartAsync(time: time, settings: settings);

        await server.EndTaskAsync(receiver.Url + "/hook");
        await server.DeliveryBecomesAsync(WebhookState.Delivered, time);

        var metrics = await ScrapeAsync(server);
        metrics["taskprocessing_webhook_attempt_seconds_count", "retried"].Should().Be(1);
        metrics["taskprocessing_webhook_attempt_seconds_count", "delivered"].Should().Be(1);
        metrics["taskprocessing_webhooks_waiting"].Should().Be(0);
        metrics.Text.Should().NotContain($":{receiver.Port}", "receivers are no labels");
    }

    [Fact]
    public async Task The_bytes_of_bodies_that_are_held_are_measured()
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        var bodies = server.Get<BufferedBodies>();
        using var first = await bodies.TakeAsync(new DefaultHttpContext(), 100_000, Token);
        using (await bodies.TakeAsync(new DefaultHttpContext(), 23_000, Token))
            (await ScrapeAsync(server))["taskprocessing_request_bodies_bytes"].Should().Be(123_000);

        (await ScrapeAsync(server))["taskprocessing_request_bodies_bytes"].Should().Be(100_000);
        first.Dispose();
        (await ScrapeAsync(server)).Text.Should().MatchRegex("(?m)^taskprocessing_request_bodies_bytes(\\{[^}]*\\})? 0$");
    }

    [Fact]
    public async Task Only_administrators_and_scrapers_with_the_token_see_them()
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        using var guest = server.Guest();
        using var alice = await server.UserAsync("alice");
        using var admin = await server.UserAsync("boss", isAdmin: true);

        (await StatusAsync(guest)).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(alice)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync(admin)).Should().Be(HttpStatusCode.OK);
        foreach (var (token, status) in new[] { (ScrapeToken, 200), (ScrapeToken + "x", 401), (ScrapeToken[1..], 401), ("", 401) })
        {
            guest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            ((int)await StatusAsync(guest)).Should().Be(status, "the token was {0}", token);
        }

        guest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ScrapeToken);
        (await guest.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(401, "the token opens nothing else");
    }

    [Fact]
    public async Task An_address_of_its_own_serves_them_without_a_login_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Metrics:Enabled"] = "true", ["Metrics:Url"] = "http://127.0.0.1:0" }
        );
        var metricsServer = server.Get<IEnumerable<IHostedService>>().OfType<MetricsServer>().Single();
        using var scraper = new HttpClient { BaseAddress = new Uri(metricsServer.Addresses.Single()) };
        using var guest = server.Guest();

        (await StatusAsync(scraper)).Should().Be(HttpStatusCode.OK);
        using var other = await scraper.GetAsync("status.php", Token);
        other.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await StatusAsync(guest)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Where_they_are_off_there_is_no_such_page()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = await server.UserAsync("boss", isAdmin: true);

        (await StatusAsync(admin)).Should().Be(HttpStatusCode.NotFound);
    }

    private static Dictionary<string, string> Settings() => new() { ["Metrics:Enabled"] = "true", ["Metrics:Token"] = ScrapeToken };

    private static Task<OcsReply> NextAsync(HttpClient worker) =>
        worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("metrics", Token);
        return answer.StatusCode;
    }

    private static async Task<Scraped> ScrapeAsync(TestServer server)
    {
        using var scraper = server.Guest();
        scraper.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ScrapeToken);
        return new Scraped(await scraper.GetStringAsync("metrics", Token));
    }

    /// <summary>The lines of one scrape; what was never counted is 0.</summary>
    private sealed partial record Scraped(string Text)
    {
        public double this[string name, params string[] labels] =>
            Text.Split('\n')
                .Where(line =>
                    line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal)
                )
                .Where(line => labels.All(label => line.Contains($"=\"{label}\"", StringComparison.Ordinal)))
                .Sum(line => double.Parse(Value().Match(line).Groups["value"].Value, CultureInfo.InvariantCulture));

        [GeneratedRegex(@"(\}| )\s*(?<value>[0-9.eE+-]+)$")]
        private static partial Regex Value();
    }
}
