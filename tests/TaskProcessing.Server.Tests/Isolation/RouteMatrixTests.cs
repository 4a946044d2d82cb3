using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Tests.Support;

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
        await using var server = await TestServer.StartAsync(settings: RouteCalls.Settings);
        // Refused calls of all kinds are what this test makes.
        server.ExpectedLog.Add("");
        var clients = await ClientsAsync(server);
        var calls = await RouteCalls.MakeAsync(server, clients["nobody"], clients["alice"], clients["worker"]);
        var lines = new List<string>();
        foreach (var (method, template) in RouteCalls.Of(server))
        {
            var statuses = new List<string>();
            foreach (var (caller, client) in clients)
            {
                var path = await calls.PathAsync(template);
                var (status, body) = await CallAsync(client, method, path, calls);
                statuses.Add(status.ToString(CultureInfo.InvariantCulture));

                if (Strangers.Contains(caller) && !(Apps.Contains(caller) && IsForProviders().IsMatch(template)))
                {
                    body.Should().NotContain(Belongings.Mark, "{0} called {1} {2}", caller, method, path);
                    (await calls.Alice.AreUntouchedAsync()).Should().BeTrue("{0} called {1} {2}", caller, method, path);
                }
                else if (status < 400 && method != "GET")
                {
                    await calls.Alice.RenewAsync();
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

    /// <summary>An endless answer is left after its head.</summary>
    private static async Task<(int Status, string Body)> CallAsync(HttpClient client, string method, string path, RouteCalls calls)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.StartsWith("/remote.php/", StringComparison.Ordinal))
            request.Headers.Add("Destination", $"{client.BaseAddress}remote.php/dav/files/bob/taken.wav");
        else if (method is not "GET")
            request.Content = JsonContent.Create(calls.Everything());
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var isEndless = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        return ((int)answer.StatusCode, isEndless ? "" : await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Provider apps are trusted with every task, as in Nextcloud.</summary>
    [GeneratedRegex("/tasks_provider/|/tasks?/{id}/(progress|result)$")]
    private static partial Regex IsForProviders();
}
