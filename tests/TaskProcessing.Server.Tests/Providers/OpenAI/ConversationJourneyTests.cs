using System.Text.Json;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>A conversation on a running server with an endpoint that is odd in every turn.</summary>
public sealed class ConversationJourneyTests : IAsyncLifetime
{
    private const string Type = "core:text2text:chatwithtools";

    private const string Tools =
        """[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"objec"""
        + """t","properties":{"city":{"type":"string"}}}}}]""";

    private ModelEndpoint _endpoint = null!;
    private TestServer _server = null!;
    private HttpClient _user = null!;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await ModelEndpoint.StartAsync();
        _server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Providers:OpenAI:local:BaseAddress"] = _endpoint.Url,
                ["Providers:OpenAI:local:Model"] = "small",
            }
        );
        _user = await _server.UserAsync("alice");
        await Eventually.BecomesTrue(() => _server.Get<CurrentTaskTypes>().Current.Find(Type) is not null, "the endpoint's offer");
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_endpoint is not null)
            await _endpoint.DisposeAsync();
    }

    [Fact]
    public async Task Tools_are_called_and_answered_and_the_signature_comes_back()
    {
        _endpoint.Script.Enqueue(
            Reply
                .Tools(
                    """{"index":0,"id":"a","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"nam"""
                        + """e":"weather","arguments":"{\"ci"}}""",
                    """{"index":0,"function":{"arguments":"ty\":\"Ulm\"}"}}""",
                    """{"index":0,"id":"b","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}"""
                )
                .SendAsync
        );
        _endpoint.Script.Enqueue(Reply.Pieces("It rains.\n</th", "ink>\n\nTake an umbr", "ella.").SendAsync);

        var asking = await _user.SucceedAsync(Type, Input("Weather in Ulm and Bonn?", [], ""));
        var calls = asking.GetProperty("output").GetProperty("tool_calls").GetString()!;
        var answering = await _user.SucceedAsync(
            Type,
            Input(
                "",
                [
                    """{"role":"human","content":"Weather in Ulm and Bonn?"}""",
                    $$"""{"role":"assistant","content":"","tool_calls":{{calls}}}""",
                ],
                """[{"name":"weather","content":"rain","tool_call_id":"a"},{"name":"weather","content":"sun","tool_call_id":"b"}]"""
            )
        );

        JsonElement
            .Parse(calls)
            .EnumerateArray()
            .Select(call => call.GetProperty("args").GetProperty("city").GetString())
            .Should()
            .Equal("Ulm", "Bonn");
        answering.GetProperty("output").GetProperty("output").GetString().Should().Be("Take an umbrella.");
        var sent = _endpoint.Requests.Last().Json.GetProperty("messages");
        sent.EnumerateArray()
            .Select(message => message.GetProperty("role").GetString())
            .Should()
            .Equal("user", "assistant", "tool", "tool");
        sent[1]
            .GetProperty("tool_calls")[0]
            .GetProperty("extra_content")
            .GetRawText()
            .Should()
            .Be("""{"google":{"thought_signature":"c2ln"}}""");
    }

    [Fact]
    public async Task An_answer_is_seen_as_it_grows_and_a_cancel_ends_its_call()
    {
        _endpoint.Otherwise = ModelEndpoint.FallsSilent("<think>Hm.</think>", "Well");

        var id = await _user.ScheduleAsync(Type, Input("Tell me a story.", [], ""), preferStreaming: true);
        var seen = await _user.TaskAsync(id, wait: 20);
        while (seen.GetProperty("output").ValueKind != JsonValueKind.Object)
            seen = await _user.TaskAsync(id, wait: 20);
        (await _user.OcsAsync("POST", $"/tasks/{id}/cancel")).HttpStatus.Should().Be(200);

        seen.GetProperty("output").GetProperty("output").GetString().Should().Be("Well");
        (await _user.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_CANCELLED");
        await Eventually.BecomesTrue(() => _endpoint.Aborted == 1, "the end of the call");
    }

    [Fact]
    public async Task A_long_document_is_translated_in_parts_that_fit()
    {
        var document = string.Join(
            "\n\n",
            Enumerable.Range(1, 40).Select(number => $"{number}. {string.Concat(Enumerable.Repeat("On and on. ", 60)).Trim()}")
        );
        _endpoint.Otherwise = context =>
        {
            var text = _endpoint.Requests.Last().Messages.Last()["user: ".Length..];
            return text.Length > 8000
                ? ModelEndpoint.Answers(500, """{"error":{"message":"Context size has been exceeded."}}""")(context)
                : ModelEndpoint.Streams(text[..(text.Length / 2)].ToUpperInvariant(), text[(text.Length / 2)..].ToUpperInvariant())(
                    context
                );
        };

        var task = await _user.SucceedAsync(
            "core:text2text:translate",
            new
            {
                input = document,
                origin_language = "en",
                target_language = "de",
            }
        );

        task.GetProperty("output").GetProperty("output").GetString().Should().Be(document.ToUpperInvariant());
        _endpoint.Requests.Should().HaveCountLessThan(10);
    }

    private static object Input(string input, string[] history, string toolMessage) =>
        new
        {
            system_prompt = "",
            input,
            history,
            tool_message = toolMessage,
            tools = Tools,
        };
}
