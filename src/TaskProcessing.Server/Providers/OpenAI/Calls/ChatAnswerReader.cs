using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>
/// Reads the answer of a chat, in pieces or whole. Servers differ in everything that does not matter (words for why an
/// answer ended, missing indexes, additional fields), so that is not looked at.
/// </summary>
internal sealed class ChatAnswerReader
{
    /// <summary>No model writes that much; what does is broken.</summary>
    private const int MostCharacters = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();
    private readonly List<ToolCallPieces> _toolCalls = [];
    private string? _finishReason;

    /// <summary>Reads events; after each with something in it the text so far is answered.</summary>
    /// <exception cref="BadAnswerException">It is none, or it stops in its middle.</exception>
    public async IAsyncEnumerable<string> ReadEventsAsync(Stream events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isDone = false;
        await foreach (var item in SseParser.Create(events).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                isDone = true;
                break;
            }

            if (item.Data.Length > 0)
                Add(item.Data, "delta");
            yield return Thoughts.Remove(_text.ToString());
        }

        // Some servers say why it ended and leave the mark out; without either the line was cut.
        if (!isDone && _finishReason is null)
            throw new BadAnswerException("The answer stopped in its middle.") { MayPass = true };
    }

    /// <exception cref="BadAnswerException">It is none.</exception>
    public async Task ReadWholeAsync(Stream json, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(json);
        var buffer = new char[16 * 1024];
        var whole = new StringBuilder();
        while (await reader.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (whole.Append(buffer, 0, count).Length > MostCharacters)
                throw TooLong();
        }

        Add(whole.ToString(), "message");
    }

    /// <exception cref="BadAnswerException">There is nothing in it.</exception>
    public ChatAnswer Finish()
    {
        var answer = new ChatAnswer(Thoughts.Remove(_text.ToString()).Trim(), [.. _toolCalls.Select((call, index) => call.ToCall(index))]);
        if (answer.Text.Length > 0 || answer.ToolCalls.Count > 0)
            return answer;

        throw _finishReason switch
        {
            "content_filter" => new BadAnswerException("The endpoint's content filter stopped the answer.")
            {
                UserMessage = "The AI service refused to answer because of its content rules.",
            },
            "length" => new BadAnswerException("The answer reached its limit of tokens before it began.")
            {
                UserMessage = "The AI model used up the length of its answer for thinking. Allow a longer answer.",
            },
            _ => new BadAnswerException("The answer is empty."),
        };
    }

    private static BadAnswerException TooLong() => new($"The answer has more than {MostCharacters} characters.");

    private void Add(string json, string member)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException error)
        {
            throw new BadAnswerException($"The answer is no JSON ({error.Message}): {Shorten.ToLine(json)}");
        }

        using (document)
        {
            var root = document.RootElement;
            if (Member(root, "error") is { ValueKind: not JsonValueKind.Null } error)
                throw new BadAnswerException($"The endpoint answered an error: {ErrorText.Of(error)}") { MayPass = true };
            if (Member(root, "choices") is not { ValueKind: JsonValueKind.Array } choices)
                throw new BadAnswerException($"The answer has no choices: {Shorten.ToLine(json)}");

            // A chunk that only counts tokens has none.
            foreach (var choice in choices.EnumerateArray().Take(1))
                AddChoice(choice, member);
        }
    }

    private void AddChoice(JsonElement choice, string member)
    {
        if (Member(choice, "finish_reason") is { ValueKind: JsonValueKind.String } reason && reason.GetString() is { Length: > 0 } why)
            _finishReason = why;
        if (Member(choice, member) is not { ValueKind: JsonValueKind.Object } message)
            return;

        if (Member(message, "content") is { ValueKind: JsonValueKind.String } content && _text.Append(content.GetString()).Length > MostCharacters)
            throw TooLong();
        if (Member(message, "tool_calls") is not { ValueKind: JsonValueKind.Array } calls)
            return;

        foreach (var (position, call) in calls.EnumerateArray().Index())
            PiecesOf(call, position).Add(call, MostCharacters);
    }

    /// <summary>Pieces belong together by their index; where a server sends none, an id begins another call.</summary>
    private ToolCallPieces PiecesOf(JsonElement call, int position)
    {
        var index = Member(call, "index") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var given) ? given : (int?)null;
        var id = Text(call, "id");
        var known = index is not null
            ? _toolCalls.Find(pieces => pieces.Index == index)
            : id is null ? _toolCalls.ElementAtOrDefault(_toolCalls.Count - 1) : _toolCalls.Find(pieces => pieces.Id == id);
        if (known is null)
            _toolCalls.Add(known = new ToolCallPieces(index ?? -1 - position));
        return known;
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? value : null;

    private sealed class ToolCallPieces(int index)
    {
        private readonly StringBuilder _arguments = new();
        private string _name = "";

        public int Index { get; } = index;

        public string? Id { get; private set; }

        public void Add(JsonElement call, int mostCharacters)
        {
            Id ??= Text(call, "id");
            if (Member(call, "function") is not { } function)
                return;

            _name += Text(function, "name");
            // The API has a text here; some servers send the object itself.
            var arguments = Member(function, "arguments");
            _arguments.Append(arguments?.ValueKind switch
            {
                JsonValueKind.String => arguments.Value.GetString(),
                JsonValueKind.Object => arguments.Value.GetRawText(),
                _ => null,
            });
            if (_arguments.Length > mostCharacters)
                throw TooLong();
        }

        public ChatToolCall ToCall(int position) =>
            new(Id ?? $"call_{position}", new ChatFunctionCall(_name, _arguments.Length > 0 ? _arguments.ToString() : "{}"));
    }
}
