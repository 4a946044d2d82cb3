using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>Accepted JSON can be written in every format, and every reader of an answer can read it.</summary>
public sealed class DeepParametersTests : IAsyncLifetime
{
    private const string Type = "pipeline:search";

    private TestServer _server = null!;
    private HttpClient _alice = null!;
    private HttpClient _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _alice = await _server.UserAsync("alice");
        _worker = await _server.ExAppAsync("worker");
        await _worker.RegisterAsync("worker:search", Type);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _worker.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_deepest_parameters_reach_workers_and_lists_in_every_format()
    {
        // One level is the request's own object.
        var deepest = Nested(ProtocolJson.MaxRequestDepth - 1);
        using var guest = _server.Guest();
        (await ScheduleAsync(guest, deepest)).HttpStatus.Should().Be(200);
        (await ScheduleAsync(_alice, deepest)).HttpStatus.Should().Be(200);

        var batch = $"{OcsDriver.Root}/tasks_provider/next_batch?providerIds[]=worker:search&taskTypeIds[]={Type}&numberOfTasks=5";
        var claimed = await _worker.GetStringAsync(batch, TestContext.Current.CancellationToken);
        using var read = JsonDocument.Parse(claimed);
        var tasks = read.RootElement.GetProperty("ocs").GetProperty("data").GetProperty("tasks");
        tasks.GetArrayLength().Should().Be(2);
        foreach (var task in tasks.EnumerateArray())
        {
            var id = task.GetProperty("task").GetProperty("id").GetInt64();
            (await SendAsync(_worker, $"/tasks_provider/{id}/stream-result", $$"""{"output":{{deepest}}}""")).HttpStatus.Should().Be(200);
            (await SendAsync(_worker, $"/tasks_provider/{id}/result", $$"""{"output":{{deepest}}}""")).HttpStatus.Should().Be(200);
        }

        using var client = new Sdk.Client.TaskClient(_server.Address, OcsCredentials.Bearer("token-of-alice"));
        (await client.ListAsync(cancellationToken: TestContext.Current.CancellationToken)).Should().ContainSingle();
        foreach (var route in new[] { "/tasks", $"/task/{tasks[1].GetProperty("task").GetProperty("id")}" })
        {
            var xml = await _alice.GetStringAsync($"{OcsDriver.Root}{route}?format=xml", TestContext.Current.CancellationToken);
            XDocument.Parse(xml).Descendants("statuscode").Single().Value.Should().Be("200");
        }
    }

    [Fact]
    public async Task One_level_more_is_refused_wherever_it_is_sent()
    {
        var tooDeep = Nested(ProtocolJson.MaxRequestDepth);
        (string Route, string Body, HttpClient Caller)[] calls =
        [
            ("/schedule", $$"""{"input":{{tooDeep}},"type":"{{Type}}","appId":"test"}""", _alice),
            ("/schedule", $$"""{"input":{{Nested(61)}},"type":"{{Type}}","appId":"test"}""", _alice),
            ("/tasks_provider/1/result", $$"""{"output":{{tooDeep}}}""", _worker),
            ("/tasks_provider/1/stream-result", $$"""{"output":{{tooDeep}}}""", _worker),
            ("/tasks_provider/results", $$"""{"results":[{"id":1,"output":{{Nested(ProtocolJson.MaxRequestDepth - 2)}}}]}""", _worker),
        ];
        foreach (var (route, body, caller) in calls)
        {
            var refused = await SendAsync(caller, route, body);
            refused.HttpStatus.Should().Be(400);
            refused.Message.Should().Contain($"depth of {ProtocolJson.MaxRequestDepth}");
        }

        using var form = new StringContent(
            $"input{string.Concat(Enumerable.Repeat("[a]", ProtocolJson.MaxRequestDepth))}=1",
            Encoding.ASCII,
            "application/x-www-form-urlencoded"
        );
        (await _alice.SendOcsAsync("POST", $"{OcsDriver.Root}/schedule", form))
            .Message.Should()
            .Be($"The parameter \"input\" is nested more than {ProtocolJson.MaxRequestDepth} deep");
    }

    private static Task<OcsReply> ScheduleAsync(HttpClient client, string input) =>
        SendAsync(client, "/schedule", $$"""{"input":{{input}},"type":"{{Type}}","appId":"test"}""");

    private static Task<OcsReply> SendAsync(HttpClient client, string route, string body) =>
        client.SendOcsAsync("POST", $"{OcsDriver.Root}{route}", new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>So many objects, one in the other.</summary>
    private static string Nested(int depth) => $"{string.Concat(Enumerable.Repeat("{\"a\":", depth - 1))}{{}}{new string('}', depth - 1)}";
}
