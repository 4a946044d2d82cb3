using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>The many ways in which real clients write paths and parameters.</summary>
public sealed class SpellingsTests
{
    [Theory]
    [InlineData("/ocs/v2.php/taskprocessing/tasktypes", 200)]
    [InlineData("//ocs/v2.php/taskprocessing/tasktypes", 200)]
    [InlineData("/index.php/ocs/v2.php/taskprocessing/tasktypes", 200)]
    [InlineData("/ocs/v1.php/taskprocessing/tasktypes", 100)]
    [InlineData("//ocs/v1.php/taskprocessing/tasktypes", 100)]
    [InlineData("/index.php/ocs/v1.php/taskprocessing/tasktypes", 100)]
    public async Task Prefixes_mean_the_same(string path, int statusCode)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await new RawHttp(server.Address).SendAsync(
            "GET",
            path,
            [("OCS-APIRequest", "true"), ("Accept", "application/json")],
            null,
            TestContext.Current.CancellationToken
        );

        answer.Status.Should().Be(200);
        ((int)JsonNode.Parse(answer.Text)!["ocs"]!["meta"]!["statuscode"]!).Should().Be(statusCode);
    }

    [Theory]
    [InlineData("v1.php", 200)]
    [InlineData("v2.php", 400)]
    public async Task A_bad_parameter_is_a_failure_in_the_envelope_of_either_version(string version, int status)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var worker = await server.ExAppAsync("worker");
        var root = $"/ocs/{version}/taskprocessing";

        string[] bodies =
        [
            "{}",
            "{",
            """{"input":5,"type":"core:text2text","appId":"t"}""",
            """{"input":{},"type":"core:text2text","appId":"t","priority":true}""",
        ];
        foreach (var body in bodies)
        {
            var reply = await alice.SendOcsAsync("POST", $"{root}/schedule", new StringContent(body, Encoding.UTF8, "application/json"));
            reply
                .Should()
                .Match<OcsReply>(answer => answer.HttpStatus == status && answer.StatusCode == 400 && answer.Message == answer.MetaMessage);
        }

        (await worker.SendOcsAsync("GET", $"{root}/tasks_provider/next", null))
            .Should()
            .Match<OcsReply>(answer => answer.HttpStatus == status && answer.StatusCode == 400);
        var xml = await alice.GetAsync($"{root}/tasks?customId[]=x&format=xml", TestContext.Current.CancellationToken);
        ((int)xml.StatusCode).Should().Be(status);
        (await xml.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Contain("<statuscode>400</statuscode>");
    }

    [Theory]
    [InlineData("a%41")]
    [InlineData("%00")]
    [InlineData("a%2Fb")]
    [InlineData("100%")]
    public async Task Ids_in_paths_that_look_encoded_are_decoded_once(string appId)
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        await alice.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input = new { input = "x" },
                type = "core:text2text",
                appId,
            }
        );

        var found = await new RawHttp(server.Address).SendAsync(
            "GET",
            $"{OcsDriver.Root}/tasks/app/{Uri.EscapeDataString(appId)}",
            [
                ("OCS-APIRequest", "true"),
                ("Accept", "application/json"),
                ("Authorization", $"Basic {TestServer.Base64("alice:token-of-alice")}"),
            ],
            null,
            TestContext.Current.CancellationToken
        );

        JsonNode.Parse(found.Text)!["ocs"]!["data"]!["tasks"]!.AsArray().Should().ContainSingle();
    }

    [Theory]
    [InlineData("?providerIds[]=worker:core:text2text&taskTypeIds[]=core:text2text", null)]
    [InlineData("?providerIds%5B%5D=worker%3Acore%3Atext2text&taskTypeIds%5B%5D=core%3Atext2text", null)]
    [InlineData("?providerIds[0]=worker:core:text2text&taskTypeIds[0]=core:text2text", null)]
    [InlineData("?providerIds=other,worker:core:text2text&taskTypeIds=core:other,%20core:text2text", null)]
    [InlineData("?format=json", """{"providerIds":["worker:core:text2text"],"taskTypeIds":["core:text2text"]}""")]
    [InlineData(
        "?providerIds[]=other&taskTypeIds[]=other",
        """{"providerIds":["worker:core:text2text"],"taskTypeIds":["core:text2text"]}"""
    )]
    public async Task Lists_come_in_the_query_or_in_the_body_of_a_get(string query, string? body)
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;

        var reply = await worker.OcsAsync("GET", $"/tasks_provider/next{query}", body is null ? null : JsonNode.Parse(body));

        reply.HttpStatus.Should().Be(200, reply.Message);
        reply.TaskId.Should().Be(id);
    }

    [Theory]
    [InlineData("input[input]=hello&type=core:text2text&appId=test", "hello")]
    [InlineData("input%5Binput%5D=Gr%C3%BC%C3%9Fe+%F0%9F%98%80&type=core%3Atext2text&appId=test", "Grüße 😀")]
    [InlineData("input[input]=first&input[input]=hello&type=core:text2text&appId=test", "hello")]
    public async Task Forms_carry_maps(string form, string text)
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var content = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));

        var reply = await alice.SendOcsAsync("POST", $"{OcsDriver.Root}/schedule", content);

        reply.HttpStatus.Should().Be(200, reply.Message);
        reply.Task["input"]!["input"]!.ToString().Should().Be(text);
    }

    [Fact]
    public async Task A_multipart_form_is_a_form_too()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var content = new MultipartFormDataContent
        {
            { new StringContent("hello"), "input[input]" },
            { new StringContent("core:text2text"), "type" },
            { new StringContent("test"), "appId" },
        };

        (await alice.SendOcsAsync("POST", $"{OcsDriver.Root}/schedule", content)).Task["input"]!["input"]!.ToString().Should().Be("hello");
    }
}
