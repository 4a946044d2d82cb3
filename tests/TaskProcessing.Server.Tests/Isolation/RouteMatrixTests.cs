using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// Every route that the server has, called by every kind of caller for what belongs to alice. The statuses stand in
/// <c>routes.txt</c>; a new route is missed there until somebody has looked at its line.
/// </summary>
public sealed partial class RouteMatrixTests
{
    /// <summary>Set it to have the table written anew.</summary>
    private const string UpdateVariable = "TASKPROCESSING_UPDATE_ROUTES";

    private static readonly string[] Callers = ["nobody", "impostor", "bob", "app", "app:bob", "admin", "worker", "alice"];

    private static readonly string[] Apps = ["app", "app:bob"];

    /// <summary>Callers to whom nothing of alice's may be shown, and who may change none of it.</summary>
    private static readonly string[] Strangers = ["nobody", "impostor", "bob", .. Apps];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_answers_every_caller_as_the_table_says_and_shows_strangers_nothing()
    {
        await using var server = await TestServer.StartAsync(settings: Settings());
        // Refused calls of all kinds are what this test makes.
        server.ExpectedLog.Add("");
        var clients = await ClientsAsync(server);
        var alice = await Belongings.MakeAsync(clients["alice"], clients["worker"]);
        var webhook = await DeliveryAsync(server);
        await server.ConnectAsync("home", new Uri("http://127.0.0.1:9"));
        var victims = 0;
        var lines = new List<string>();
        foreach (var (method, template) in Routes(server))
        {
            var statuses = new List<string>();
            foreach (var (caller, client) in clients)
            {
                var victim = $"victim-{victims++}";
                if (template.Contains("{userId}", StringComparison.Ordinal))
                    await server.AddUserAsync(victim);
                var flow = template.Contains("{token}", StringComparison.Ordinal) ? await StartLoginFlowAsync(clients["nobody"]) : "";
                var path = Fill(template, alice, victim, webhook, flow);
                var (status, body) = await CallAsync(client, method, path, alice.Claim);
                statuses.Add(status.ToString(CultureInfo.InvariantCulture));

                if (Strangers.Contains(caller) && !(Apps.Contains(caller) && IsForProviders().IsMatch(template)))
                {
                    body.Should().NotContain(Belongings.Mark, "{0} called {1} {2}", caller, method, path);
                    (await alice.AreUntouchedAsync()).Should().BeTrue("{0} called {1} {2}", caller, method, path);
                }
                else if (status < 400 && method != "GET")
                {
                    await alice.RenewAsync();
                }
            }

            lines.Add(
                $"{method.PadRight(9)} {template.PadRight(88)} {string.Concat(statuses.Select(status => status.PadRight(9)))}".TrimEnd()
            );
        }

        foreach (var client in clients.Values)
            client.Dispose();
        var head = $"{"".PadRight(99)}{string.Concat(Callers.Select(caller => caller.PadRight(9)))}".TrimEnd();
        var table = string.Join('\n', [head, .. lines]) + "\n";
        var file = Path.Combine(Repository.Root, "tests", "TaskProcessing.Server.Tests", "Isolation", "routes.txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
            await File.WriteAllTextAsync(file, table, Token);
        (await File.ReadAllTextAsync(file, Token)).Should().Be(table, $"routes.txt is made by running this test with {UpdateVariable}=1");
    }

    private static Dictionary<string, string> Settings() =>
        new()
        {
            ["RateLimits:Enabled"] = "false",
            ["Metrics:Enabled"] = "true",
            ["Webhooks:RetryHours"] = "0.001",
        };

    private static async Task<Dictionary<string, HttpClient>> ClientsAsync(TestServer server)
    {
        var bob = await server.UserAsync("bob");
        return new Dictionary<string, HttpClient>
        {
            ["nobody"] = server.Guest(),
            ["impostor"] = Belongings.Impostor(server),
            ["bob"] = bob,
            ["app"] = await server.ExAppAsync("other"),
            ["app:bob"] = await server.ExAppAsync("other", userId: "bob"),
            ["admin"] = await server.UserAsync("boss", isAdmin: true),
            ["worker"] = await server.WorkerAsync(Belongings.Type),
            ["alice"] = await server.UserAsync("alice"),
        };
    }

    /// <summary>A delivery of alice's that is refused at once, and so stays in the log.</summary>
    private static async Task<string> DeliveryAsync(TestServer server)
    {
        await server.EndTaskAsync("http://127.0.0.1/");
        return (await server.DeliveryBecomesAsync(delivery => delivery.State == WebhookState.Refused)).Id;
    }

    private static async Task<string> StartLoginFlowAsync(HttpClient client)
    {
        using var answer = await client.PostAsync("/login/v2", content: null, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        return FlowToken().Match(text).Groups["token"].Value;
    }

    /// <summary>The second version of OCS stands for both, and GET for HEAD: they are the same routes.</summary>
    private static IEnumerable<(string Method, string Template)> Routes(TestServer server) =>
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

    private static string Fill(string template, Belongings alice, string victim, string webhook, string flow)
    {
        var tree = template.StartsWith("/remote.php/dav", StringComparison.Ordinal) ? "files/alice/secret.wav" : "secret.wav";
        var path = template
            .Replace("{id}", alice.TaskId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{fileId}", alice.FileId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{userId}", victim, StringComparison.Ordinal)
            .Replace("{appId}", "worker", StringComparison.Ordinal)
            .Replace("{webhookId}", webhook, StringComparison.Ordinal)
            .Replace("{nextcloudId}", "home", StringComparison.Ordinal)
            .Replace("{token}", flow, StringComparison.Ordinal)
            .Replace("{documentName}", "ocs", StringComparison.Ordinal)
            .Replace("{extension}", "json", StringComparison.Ordinal)
            .Replace("{**path}", tree, StringComparison.Ordinal);
        path.Should().NotContain("{", "the matrix must know what stands there: tell it in Fill");
        return $"{path}?name=worker:{Belongings.Type}&providerIds[]=other:free&taskTypeIds[]={Belongings.Type}";
    }

    /// <summary>The body has what any of the routes asks for. An endless answer is left after its head.</summary>
    private static async Task<(int Status, string Body)> CallAsync(HttpClient client, string method, string path, long claim)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.StartsWith("/remote.php/", StringComparison.Ordinal))
            request.Headers.Add("Destination", $"{client.BaseAddress}remote.php/dav/files/bob/taken.wav");
        else if (method is not "GET")
            request.Content = JsonContent.Create(Everything(claim));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var isEndless = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        return ((int)answer.StatusCode, isEndless ? "" : await answer.Content.ReadAsStringAsync(Token));
    }

    private static object Everything(long claim) =>
        new
        {
            output = new { output = "taken" },
            progress = 0.5,
            claim,
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

    /// <summary>Provider apps are trusted with every task, as in Nextcloud.</summary>
    [GeneratedRegex("/tasks_provider/|/tasks?/{id}/(progress|result)$")]
    private static partial Regex IsForProviders();

    [GeneratedRegex("/login/v2/flow/(?<token>[A-Za-z0-9_-]+)")]
    private static partial Regex FlowToken();

    [GeneratedRegex(@"\{version:[^}]*\}")]
    private static partial Regex Version();
}
