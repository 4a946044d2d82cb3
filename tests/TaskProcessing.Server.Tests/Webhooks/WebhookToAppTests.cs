using System.Text;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>Webhooks that call a provider app, as assistant_talk_bot wants them.</summary>
public sealed class WebhookToAppTests
{
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task The_app_is_called_with_its_headers_as_the_tasks_user(string verb)
    {
        await using var app = await FakeExApp.StartAsync();
        await using var server = await StartAsync(app);

        var id = await server.EndTaskAsync("/hook?x=1", $"AppAPI:bot:{verb}");

        var delivery = await server.DeliveryBecomesAsync(WebhookState.Delivered);
        delivery.Target.Should().Be("app bot");
        var (headers, body) = Hooks(app).Single();
        app.Calls.Should().Contain($"{verb} /hook?x=1");
        JsonElement.Parse(body).GetProperty("task").GetProperty("id").GetInt64().Should().Be(id);
        headers["EX-APP-ID"].ToString().Should().Be("bot");
        Encoding.UTF8.GetString(Convert.FromBase64String(headers["AUTHORIZATION-APP-API"]!)).Should().Be("alice:secret");
        headers["webhook-id"].ToString().Should().Be(delivery.Id);
    }

    [Fact]
    public async Task With_GET_the_task_goes_into_the_query()
    {
        await using var app = await FakeExApp.StartAsync();
        await using var server = await StartAsync(app);

        var id = await server.EndTaskAsync("/hook", "AppAPI:bot:GET", userId: null);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);

        app.Calls.Should()
            .ContainSingle(call =>
                call.StartsWith($"GET /hook?task%5Bid%5D={id}&task%5Btype%5D=core%3Atext2text", StringComparison.Ordinal)
            );
        Encoding.UTF8.GetString(Convert.FromBase64String(Hooks(app).Single().Headers["AUTHORIZATION-APP-API"]!)).Should().Be(":secret");
    }

    [Fact]
    public async Task An_app_that_fails_or_is_disabled_is_called_again()
    {
        var time = new ManualTimeProvider();
        await using var app = await FakeExApp.StartAsync();
        app.Answers["POST /hook"] = (500, "no");
        await using var server = await StartAsync(app, time);
        await server.EndTaskAsync("/hook", "AppAPI:bot:POST");
        (await server.DeliveryBecomesAsync(delivery => delivery.LastStatus == 500)).LastProblem.Should().Be("it answered 500");

        await server.Get<Server.Providers.IExAppStore>().SetEnabledAsync("bot", enabled: false, CancellationToken.None);
        await server.Get<Upkeep.ChangeWatcher>().RunAsync(CancellationToken.None);
        (await server.DeliveryBecomesAsync(delivery => delivery.LastStatus is null && delivery.State == WebhookState.Waiting, time))
            .LastProblem.Should()
            .Contain("disabled");

        app.Answers["POST /hook"] = (200, new string('x', 3_000_000));
        await server.Get<Server.Providers.IExAppStore>().SetEnabledAsync("bot", enabled: true, CancellationToken.None);
        await server.Get<Upkeep.ChangeWatcher>().RunAsync(CancellationToken.None);
        await server.DeliveryBecomesAsync(WebhookState.Delivered, time);
    }

    [Theory]
    [InlineData("AppAPI:nobody:POST", "/hook", null, "there is no app \"nobody\"")]
    [InlineData("AppAPI:poller:POST", "/hook", null, "has no address")]
    [InlineData("AppAPI:bot:POST", "/hook", "192.0.2.7/32", "guests")]
    [InlineData("AppAPI:bot:PUT", "/enabled?enabled=0", null, "only the server")]
    [InlineData("AppAPI:bot:PUT", "/a/../%65nabled/?enabled=0", null, "only the server")]
    [InlineData("AppAPI:bot:POST", "/init", null, "only the server")]
    public async Task Calls_that_must_not_be_made_are_refused(string method, string path, string? guest, string problem)
    {
        await using var app = await FakeExApp.StartAsync();
        await using var server = await StartAsync(app);
        await server.AddExAppAsync("poller");
        server.ExpectedLog.Add("was not delivered, after 1 attempt");

        await server.EndTaskAsync(path, method, userId: guest is null ? "alice" : null, guestAddress: guest);

        (await server.DeliveryBecomesAsync(WebhookState.Refused)).LastProblem.Should().Contain(problem);
        app.Requests.Should().NotContain(request => request.Headers.ContainsKey("webhook-id"));
    }

    /// <summary>The server also brings the app up meanwhile; those calls have no delivery id.</summary>
    private static IEnumerable<(Microsoft.AspNetCore.Http.IHeaderDictionary Headers, string Body)> Hooks(FakeExApp app) =>
        app.Requests.Where(request => request.Headers.ContainsKey("webhook-id"));

    private static async Task<TestServer> StartAsync(FakeExApp app, TimeProvider? time = null)
    {
        var server = await TestServer.StartAsync(time: time);
        await server.AddExAppAsync("bot", url: app.Url);
        return server;
    }
}
