using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>Tests that measure the whole process, and so run when no others do.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>
/// The most that one request may cost on every route that the server has. The budgets stand in <c>budgets.txt</c>; a new route is
/// missed there until somebody has looked at its line.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class BudgetTests
{
    /// <summary>Set it to have the table written anew.</summary>
    private const string UpdateVariable = "TASKPROCESSING_UPDATE_BUDGETS";

    private const int Megabyte = 1024 * 1024;

    /// <summary>The lengths of bodies that may be the limit of a route.</summary>
    private static readonly int[] Limits = [8 * Megabyte, Megabyte];

    private static readonly string File = Path.Combine(Repository.Root, "tests", "TaskProcessing.Server.Tests", "Isolation", "budgets.txt");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_costs_more_than_the_budget_of_its_route()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        using var statements = new SqliteStatements(database.SqliteFile);
        await using var server = await TestServer.StartAsync(
            database,
            new Dictionary<string, string>([.. RouteCalls.Settings, .. WorstCase.Settings]),
            // Whose jobs, some of which have statements, are never due.
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new ManualTimeProvider()))
        );
        server.ExpectedLog.Add("");
        using var guest = server.Guest();
        using var alice = await server.UserAsync("alice");
        using var boss = await server.UserAsync("boss", isAdmin: true);
        using var worker = await server.WorkerAsync(Belongings.Type, WorstCase.AnyType, WorstCase.FilesType);
        var calls = await RouteCalls.MakeAsync(server, guest, alice, worker);
        var worst = new WorstCalls(alice, worker, await WorstCase.FillAsync(database, "alice"));
        var budgets = Budget.Read(await System.IO.File.ReadAllTextAsync(File, Token));
        var found = new List<Budget>();
        foreach (var (method, template) in RouteCalls.Of(server))
        {
            var client = ClientOf(template);
            var most = new Budget(method, template, await LimitAsync(client, method, await calls.PathAsync(template)));
            var budget = budgets.Find(one => one.Route == most.Route);
            foreach (var call in worst.Of(method, template).Prepend(new WorstCall(client, UsualAsync)))
            {
                // What is made at the first time only is no cost of a request.
                await CostAsync(call);
                var cost = await CostAsync(call);
                // What else the process does meanwhile is measured with it.
                for (var more = 0; more < 3 && budget is not null && most.With(cost).Exceeds(budget) is not null; more++)
                    cost = await CostAsync(call);
                most = most.With(cost);
            }

            found.Add(most);

            async Task<Cost> CostAsync(WorstCall call)
            {
                using var request = await call.Request();
                var cost = await MeasureAsync(statements, call.Client, request);
                if (method != "GET")
                    await calls.Alice.RenewAsync();
                return cost;
            }

            async Task<HttpRequestMessage> UsualAsync() =>
                Usual(method, await calls.PathAsync(template), most.Body == "-" ? null : calls.Everything());
        }

        HttpClient ClientOf(string template) =>
            template.Contains("/tasks_provider/", StringComparison.Ordinal) || template.Contains("app_api", StringComparison.Ordinal)
                ? worker
            : template.Contains("/admin/", StringComparison.Ordinal) || template is "/metrics" or $"{OcsDriver.Root}/queue_stats" ? boss
            : alice;

        if (Environment.GetEnvironmentVariable(UpdateVariable) is not null)
        {
            budgets = [.. found.Select(budget => budget.WithMargin())];
            await System.IO.File.WriteAllTextAsync(File, Budget.Table(budgets), Token);
        }

        var again = $"budgets.txt is made by running this test with {UpdateVariable}=1";
        budgets.Select(budget => budget.Route).Should().Equal(found.Select(budget => budget.Route), again);
        foreach (var (budget, cost) in budgets.Zip(found))
            cost.Exceeds(budget).Should().BeNull("{0} may cost what its line says; {1}", budget.Route, again);
    }

    /// <summary>The largest body, for a route that reads one.</summary>
    private static HttpRequestMessage Usual(string method, string path, object? body)
    {
        if (!path.StartsWith("/remote.php/", StringComparison.Ordinal))
        {
            return WorstCalls.Request(method, path, body is null ? null : WorstCase.LargestJson(JsonSerializer.Serialize(body)));
        }

        // A lock on her file would keep alice from making it anew.
        if (method == "LOCK")
            path = path.Replace("secret.wav", $"locked-{Guid.NewGuid():N}", StringComparison.Ordinal);
        var request = method switch
        {
            "PROPFIND" or "PROPPATCH" or "LOCK" or "SEARCH" => WorstCalls.Request(
                method,
                path,
                WorstCase.LargestXml(method),
                "application/xml"
            ),
            "PUT" => WorstCalls.Request(method, path, new byte[8 * Megabyte], "text/plain"),
            _ => WorstCalls.Request(method, path),
        };
        request.Headers.Add("Destination", $"http://localhost/remote.php/dav/files/alice/taken-{Guid.NewGuid():N}.wav");
        return request;
    }

    private static async Task<Cost> MeasureAsync(SqliteStatements statements, HttpClient client, HttpRequestMessage request)
    {
        // Large objects of the last call are not this one's.
        GC.Collect();
        statements.Take();
        using var process = Process.GetCurrentProcess();
        var (bytes, time) = (GC.GetTotalAllocatedBytes(precise: true), process.TotalProcessorTime);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        // An endless answer is left after its head.
        if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
            await answer.Content.CopyToAsync(Stream.Null, Token);
        process.Refresh();
        var taken = statements.Take();
        return new Cost((int)answer.StatusCode, taken, GC.GetTotalAllocatedBytes(precise: true) - bytes, process.TotalProcessorTime - time);
    }

    /// <summary>
    /// The most bytes of a body that is read as a whole. The server is asked whether it wants such a body, and gets none: it says so when
    /// the route begins to read.
    /// </summary>
    private static async Task<string> LimitAsync(HttpClient client, string method, string path)
    {
        if (await AskAsync(Limits[0] + 1) == 100)
            return "streamed";
        foreach (var limit in Limits)
        {
            if (await AskAsync(limit) == 100)
            {
                (await AskAsync(limit + 1)).Should().Be(413, "{0} {1}", method, path);
                return limit.ToString(CultureInfo.InvariantCulture);
            }
        }

        return "-";

        async Task<int> AskAsync(long length)
        {
            var type =
                path.StartsWith("/remote.php", StringComparison.Ordinal) ? "application/xml"
                : path.Contains("/file?", StringComparison.Ordinal) ? "multipart/form-data; boundary=b"
                : "application/json";
            var headers = client.DefaultRequestHeaders.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}\r\n");
            var head =
                $"{method} {path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n"
                + $"{string.Concat(headers)}\r\n";
            using var connection = new TcpClient();
            await connection.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port, Token);
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Token);
            var status = new byte["HTTP/1.1 100".Length];
            await connection.GetStream().ReadExactlyAsync(status, Token);
            return int.Parse(status.AsSpan(status.Length - 3), CultureInfo.InvariantCulture);
        }
    }
}
