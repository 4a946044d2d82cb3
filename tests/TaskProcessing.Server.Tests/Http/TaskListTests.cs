using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Lists of tasks on the wire: a short one in one piece, a long one while it is read.</summary>
public sealed class TaskListTests
{
    private const string Route = $"{OcsDriver.Root}/tasks";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_list_of_several_portions_is_one_document_with_every_task_in_order(string format)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var server = await TestServer.StartAsync(database, settings: null);
        using var alice = await server.UserAsync("alice");
        var inputs = Enumerable.Range(0, 40).Select(number => $"<{number}>" + new string('a', 60_000)).ToList();
        var ids = await AddAsync(database, inputs);

        using var answer = await alice.GetAsync($"{Route}?format={format}", HttpCompletionOption.ResponseHeadersRead, Token);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.Should().BeNull("it is sent before its end is known");
        var text = await answer.Content.ReadAsStringAsync(Token);
        var tasks = format == "json" ? OfJson(text) : OfXml(text);
        tasks.Select(task => task.Id).Should().Equal(ids);
        tasks.Select(task => task.Input).Should().Equal(inputs);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("xml")]
    public async Task A_short_list_has_its_length_and_an_empty_one_is_a_list(string format)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var server = await TestServer.StartAsync(database, settings: null);
        using var alice = await server.UserAsync("alice");
        foreach (var count in new[] { 0, 1, 2 })
        {
            using var answer = await alice.GetAsync($"{Route}?format={format}", Token);

            var text = await answer.Content.ReadAsStringAsync(Token);
            answer.Content.Headers.ContentLength.Should().Be(System.Text.Encoding.UTF8.GetByteCount(text));
            (format == "json" ? OfJson(text) : OfXml(text)).Should().HaveCount(count);
            await AddAsync(database, ["ä"]);
        }
    }

    [Fact]
    public async Task HEAD_of_a_long_list_has_no_body()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var server = await TestServer.StartAsync(database, settings: null);
        using var alice = await server.UserAsync("alice");
        await AddAsync(database, Enumerable.Repeat(new string('a', 60_000), 40));

        using var request = new HttpRequestMessage(HttpMethod.Head, Route);
        using var head = await alice.SendAsync(request, Token);

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync(Token)).Should().BeEmpty();
        (await alice.OcsAsync("GET", "/tasktypes")).HttpStatus.Should().Be(200, "the connection is as good as before");
    }

    private static List<(long Id, string Input)> OfJson(string text) =>
        [
            .. JsonElement
                .Parse(text)
                .GetProperty("ocs")
                .GetProperty("data")
                .GetProperty("tasks")
                .EnumerateArray()
                .Select(task => (task.GetProperty("id").GetInt64(), task.GetProperty("input").GetProperty("input").GetString()!)),
        ];

    private static List<(long Id, string Input)> OfXml(string text) =>
        [
            .. XDocument
                .Parse(text)
                .Root!.Element("data")!
                .Element("tasks")!
                .Elements("element")
                .Select(task => ((long)task.Element("id")!, (string)task.Element("input")!.Element("input")!)),
        ];

    private static async Task<long[]> AddAsync(TestDatabase database, IEnumerable<string> inputs)
    {
        await using var db = database.OpenContext();
        var tasks = inputs
            .Select(input => new ProcessingTask
            {
                Type = "core:text2text",
                Status = ProcessingStatus.Scheduled,
                UserId = "alice",
                AppId = "test",
                Input = JsonSerializer.Serialize(new { input }),
                ScheduledAt = DateTimeOffset.UnixEpoch,
                LastUpdated = DateTimeOffset.UnixEpoch,
            })
            .ToArray();
        db.AddRange(tasks);
        await db.SaveChangesAsync(Token);
        return [.. tasks.Select(task => task.Id)];
    }
}
