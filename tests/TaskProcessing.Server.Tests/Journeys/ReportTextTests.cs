using System.Net;
using System.Text;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Workers ignore the answers to their reports, so every report is accepted as far as possible.</summary>
public sealed class ReportTextTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sqlite", """{"errorMessage":"a\u0000b"}""", "a\uFFFDb", null)]
    [InlineData("PostgreSql", """{"errorMessage":"a\u0000b"}""", "a\uFFFDb", null)]
    [InlineData("Sqlite", """{"errorMessage":"cut \ud83d"}""", "cut \uFFFD", null)]
    [InlineData("PostgreSql", """{"errorMessage":"\uDE00\ud83d\ude00\ud83d","output":null}""", "\uFFFD😀\uFFFD", null)]
    [InlineData("Sqlite", """{"errorMessage":"\\ud83d\\\ud83d"}""", "\\ud83d\\\uFFFD", null)]
    [InlineData("Sqlite", """{"userFacingErrorMessage":"Sorry"}""", "Sorry", "Sorry")]
    [InlineData("PostgreSql", """{"errorMessage":null,"userFacingErrorMessage":"\u0000\ud83d"}""", "\uFFFD\uFFFD", "\uFFFD\uFFFD")]
    [InlineData("Sqlite", """{"errorMessage":{"code":7}}""", """{"code":7}""", null)]
    [InlineData("Sqlite", """{"errorMessage":7,"output":"no object"}""", "7", null)]
    [InlineData(
        "Sqlite",
        """{"output":"no object"}""",
        "The task was processed, but its output does not fit the task type: it is no JSON object",
        null
    )]
    public async Task A_failure_is_accepted_with_any_text(string store, string body, string error, string? shown)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        var (alone, together) = (await ClaimedAsync(alice, app), await ClaimedAsync(alice, app));

        (await PostAsync(app, $"{alone}/result", body)).Should().Be(HttpStatusCode.OK);
        (await PostAsync(app, "results", $$"""{"results":[{"id":{{together}},{{body[1..]}}]}""")).Should().Be(HttpStatusCode.OK);

        foreach (var id in new[] { alone, together })
        {
            var task = (await server.Get<ITaskStore>().FindAsync(id, Token))!;
            (task.ErrorMessage, task.UserFacingErrorMessage).Should().Be((error, shown));
            (await alice.TaskAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_not_hide_a_failure()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        var id = await ClaimedAsync(alice, app);

        (await PostAsync(app, $"{id}/result", [.. "{\"errorMessage\":\"caf"u8, 0xe9, .. "\"}"u8])).Should().Be(HttpStatusCode.OK);

        (await server.Get<ITaskStore>().FindAsync(id, Token))!.ErrorMessage.Should().Be("caf\uFFFD");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "errorMessage=nul%00+and+more", "nul\uFFFD and more")]
    [InlineData("application/json", "{\"errorMessage\":\"a\nline, a\0 and \\\"quotes\\\"\"\n}", "a line, a  and \"quotes\"")]
    [InlineData("application/json", "\uFEFF{\"errorMessage\":\"behind a mark\"}", "behind a mark")]
    public async Task A_failure_is_accepted_in_a_form_and_in_careless_JSON(string type, string body, string error)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        var id = await ClaimedAsync(alice, app);
        using var content = new StringContent(body, Encoding.UTF8, type);

        (await app.PostAsync($"{OcsDriver.Root}/tasks_provider/{id}/result", content, Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await server.Get<ITaskStore>().FindAsync(id, Token))!.ErrorMessage.Should().Be(error);
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task An_output_is_taken_with_what_can_be_kept_of_its_texts_also_while_it_grows(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        var id = await ClaimedAsync(alice, app);

        (await PostAsync(app, $"{id}/progress", """{"progress":0.5,"note":"\ud83d"}""")).Should().Be(HttpStatusCode.OK);
        (await PostAsync(app, $"{id}/stream-result", """{"output":{"output":"begun \ud83d"}}""")).Should().Be(HttpStatusCode.OK);
        (await alice.TaskAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("begun \uFFFD");
        (await PostAsync(app, $"{id}/result", """{"output":{"output":"a\u0000b\ud83d","\udc00":1}}""")).Should().Be(HttpStatusCode.OK);

        var task = await alice.TaskAsync(id);
        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        task.GetProperty("output").GetProperty("output").GetString().Should().Be("a\0b\uFFFD", "JSON holds a NUL");
    }

    [Fact]
    public async Task Only_a_report_that_says_nothing_is_refused_and_only_reports_are_mended()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        var id = await ClaimedAsync(alice, app);

        (await PostAsync(app, $"{id}/result", "{}")).Should().Be(HttpStatusCode.BadRequest);
        (await PostAsync(app, $"{id}/result", """{"output":null,"errorMessage":null,"userFacingErrorMessage":""}"""))
            .Should()
            .Be(HttpStatusCode.BadRequest);
        (
            await alice.PostAsync(
                $"{OcsDriver.Root}/schedule",
                Json("""{"input":{"input":"\ud83d"},"type":"core:text2text","appId":"t"}"""u8.ToArray()),
                Token
            )
        )
            .StatusCode.Should()
            .Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_sdk_reports_what_its_authors_write_into_a_failure_or_an_output()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Type);
        using var source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = server.Address,
                AppId = "worker",
                AppVersion = "1.0.0",
                Secret = "secret",
            },
            TimeProvider.System
        );
        var (failed, done) = (await ClaimedByAsync(source, alice), await ClaimedByAsync(source, alice));

        await source.FinishAsync(failed, new TaskResult { ErrorMessage = "a\0\ud83d" }, Token);
        await source.StreamOutputAsync(done, new TaskOutput { ["output"] = "\ud83d" }, Token);
        await source.FinishAsync(done, new TaskResult { Output = new TaskOutput { ["output"] = "b\ude00" } }, Token);

        (await server.Get<ITaskStore>().FindAsync(failed.Task.Id, Token))!.ErrorMessage.Should().Be("a\uFFFD\uFFFD");
        (await alice.TaskAsync(done.Task.Id)).GetProperty("output").GetProperty("output").GetString().Should().Be("b\uFFFD");
    }

    private static async Task<long> ClaimedAsync(HttpClient user, HttpClient app)
    {
        await user.ScheduleAsync(Type, new { input = "x" });
        return (await app.NextAsync($"worker:{Type}", Type))!.Value;
    }

    private static async Task<ClaimedTask> ClaimedByAsync(OcsWorkSource source, HttpClient user)
    {
        await user.ScheduleAsync(Type, new { input = "x" });
        return (
            await source.ClaimAsync(
                [
                    new Sdk.Protocol.ProviderDescriptor
                    {
                        Id = $"worker:{Type}",
                        Name = "p",
                        TaskType = Type,
                    },
                ],
                Token
            )
        )!;
    }

    private static Task<HttpStatusCode> PostAsync(HttpClient app, string route, string body) =>
        PostAsync(app, route, Encoding.UTF8.GetBytes(body));

    private static async Task<HttpStatusCode> PostAsync(HttpClient app, string route, byte[] body)
    {
        using var response = await app.PostAsync($"{OcsDriver.Root}/tasks_provider/{route}", Json(body), Token);
        return response.StatusCode;
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };
}
