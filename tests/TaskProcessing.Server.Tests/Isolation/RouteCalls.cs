using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>The routes that a running server has, and calls of them for what belongs to alice.</summary>
internal sealed partial class RouteCalls
{
    private readonly TestServer _server;
    private readonly HttpClient _guest;
    private readonly string _webhook;
    private int _victims;

    private RouteCalls(TestServer server, HttpClient guest, Belongings alice, string webhook) =>
        (_server, _guest, Alice, _webhook) = (server, guest, alice, webhook);

    public Belongings Alice { get; }

    /// <summary>Settings with which all routes are there, and none is limited.</summary>
    public static Dictionary<string, string> Settings { get; } =
        new()
        {
            ["RateLimits:Enabled"] = "false",
            ["Metrics:Enabled"] = "true",
            ["Webhooks:RetryHours"] = "0.001",
        };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="server">The server, with <see cref="Settings"/>.</param>
    /// <param name="guest">A client without a login.</param>
    /// <param name="alice">A client of hers.</param>
    /// <param name="worker">The provider app that gets her tasks.</param>
    public static async Task<RouteCalls> MakeAsync(TestServer server, HttpClient guest, HttpClient alice, HttpClient worker)
    {
        var belongings = await Belongings.MakeAsync(alice, worker);
        await server.EndTaskAsync("http://127.0.0.1/");
        // A delivery of alice's that is refused at once, and so stays in the log.
        var webhook = (await server.DeliveryBecomesAsync(delivery => delivery.State == WebhookState.Refused)).Id;
        await server.ConnectAsync("home", new Uri("http://127.0.0.1:9"));
        return new RouteCalls(server, guest, belongings, webhook);
    }

    /// <summary>The second version of OCS stands for both, and GET for HEAD: they are the same routes.</summary>
    public static IEnumerable<(string Method, string Template)> Of(TestServer server) =>
        server
            .Get<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route =>
                (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method =>
                    (Method: method, Template: Version().Replace("/" + route.RoutePattern.RawText!.Trim('/'), "v2.php"))
                )
            )
            .Where(route => route.Method != "HEAD" && !route.Template.StartsWith("/assets/", StringComparison.Ordinal))
            .Distinct()
            .OrderBy(route => route.Template, StringComparer.Ordinal)
            .ThenBy(route => route.Method, StringComparer.Ordinal);

    /// <summary>The path of a route, with a user or a login flow of its own where it names one.</summary>
    public async Task<string> PathAsync(string template)
    {
        var victim = $"victim-{_victims++}";
        if (template.Contains("{userId}", StringComparison.Ordinal))
            await _server.AddUserAsync(victim);
        var flow = template.Contains("{token}", StringComparison.Ordinal) ? await StartLoginFlowAsync() : "";
        var tree = template.StartsWith("/remote.php/dav", StringComparison.Ordinal) ? "files/alice/secret.wav" : "secret.wav";
        var path = template
            .Replace("{id}", Alice.TaskId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{fileId}", Alice.FileId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{userId}", victim, StringComparison.Ordinal)
            .Replace("{appId}", "worker", StringComparison.Ordinal)
            .Replace("{webhookId}", _webhook, StringComparison.Ordinal)
            .Replace("{nextcloudId}", "home", StringComparison.Ordinal)
            .Replace("{token}", flow, StringComparison.Ordinal)
            .Replace("{documentName}", "ocs", StringComparison.Ordinal)
            .Replace("{extension}", "json", StringComparison.Ordinal)
            .Replace("{**path}", tree, StringComparison.Ordinal);
        path.Should().NotContain("{", "the tests of all routes must know what stands there: tell it here");
        return $"{path}?name=worker:{Belongings.Type}&providerIds[]=other:free&taskTypeIds[]={Belongings.Type}";
    }

    /// <summary>A body that has what any of the routes asks for.</summary>
    public object Everything() =>
        new
        {
            output = new { output = "taken" },
            progress = 0.5,
            claim = Alice.Claim,
            type = "core:text2text",
            appId = "test",
            input = new { input = "mine" },
            task_type = "ocr",
            user = "alice",
            userId = $"new-{Guid.NewGuid():N}",
            password = "correct horse battery",
            name = "test",
            names = new[] { "none" },
            enabled = true,
            provider = ExAppDriver.Provider("other:free", "core:text2text"),
            address = "192.0.2.1",
            network = "192.0.2.1/32",
            token = "none",
            level = 2,
            message = "hello",
            configKey = "key",
            configValue = "value",
            configKeys = new[] { "key" },
        };

    private async Task<string> StartLoginFlowAsync()
    {
        using var answer = await _guest.PostAsync("/login/v2", content: null, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        return FlowToken().Match(text).Groups["token"].Value;
    }

    [GeneratedRegex("/login/v2/flow/(?<token>[A-Za-z0-9_-]+)")]
    private static partial Regex FlowToken();

    [GeneratedRegex(@"\{version:[^}]*\}")]
    private static partial Regex Version();
}
