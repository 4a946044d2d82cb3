using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Reads the answer of a chat, in pieces or whole. It reads only the needed members, in all places where servers put
/// them: servers differ in everything else (words, indexes, wrappers, kinds of members).
/// </summary>
/// <param name="type">The content type, for words about an answer that is none.</param>
internal sealed class ChatAnswerReader(string type)
{
    private static readonly FrozenSet<string> Cut = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "length",
        "max_tokens",
        "model_length",
        "max_output_tokens",
        "max_length"
    );

    private static readonly FrozenSet<string> Filtered = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "content_filter",
        "safety",
        "sensitive",
        "recitation",
        "prohibited_content",
        "blocklist"
    );

    private readonly LenientText _text = new();
    private readonly LenientText _refusal = new();
    private readonly StringBuilder _stray = new();
    private readonly List<ToolCallPieces> _toolCalls = [];
    private string? _finishReason;
    private string? _unknown;
    private bool _hasChoices;
    private bool _hasPieces;
    private bool _isWhole;
    private bool _isDone;
    private bool _hasThoughts;

    /// <summary>The number of characters, with thoughts.</summary>
    public int Length => _text.Length;

    /// <summary>True when the answer is marked as complete.</summary>
    public bool IsFinished => _isDone || _finishReason is not null;

    /// <summary>The text so far, with thoughts.</summary>
    public string Written => _text.ToString();

    /// <param name="answer">The answer's bytes.</param>
    /// <param name="onPiece">Called after each piece.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BadAnswerException">It is none, or it stops in its middle.</exception>
    public async Task ReadAsync(Stream answer, Func<ValueTask> onPiece, CancellationToken cancellationToken)
    {
        var chunks = new AnswerChunks();
        try
        {
            await foreach (var chunk in chunks.ReadAsync(answer, cancellationToken))
            {
                using (chunk.Json)
                    Add(chunk);
                await onPiece();
            }
        }
        catch (Exception error) when (IsFinished && error is IOException or OperationCanceledException)
        {
            // All of it is there. Some servers say so and leave the line open, or break it.
        }

        _isDone |= chunks.IsDone;
    }

    /// <param name="text">The text of the model, without thoughts.</param>
    /// <exception cref="BadAnswerException">It is none, it stops in its middle, or there is nothing in it.</exception>
    public ChatAnswer Finish(string text)
    {
        if (!_hasPieces && !_isWhole)
            throw _hasChoices || _isDone ? Empty() : Unreadable();
        if (_hasPieces && !_isWhole && !IsFinished)
            throw _stray.Length > 0
                ? new BadAnswerException(EndpointError.OfBody(status: null, _stray.ToString()))
                : new BadAnswerException("The answer stopped in its middle.") { MayPass = true };
        if (_finishReason is "error" or "network_error")
            throw new BadAnswerException($"The answer ended with \"{_finishReason}\".") { MayPass = true };

        var isCut = _finishReason is { } why && Cut.Contains(why);
        var answer = new ChatAnswer(
            text.Length > 0 ? text : _refusal.ToString().Trim(),
            [.. _toolCalls.Where(call => call.IsNamed).Select((call, position) => call.ToCall(position))]
        )
        {
            IsCut = isCut,
        };
        if (isCut && answer.ToolCalls.FirstOrDefault(call => !ToolCallPieces.IsJson(call.Function.Arguments)) is { } broken)
            throw new BadAnswerException($"The limit of tokens cut the arguments of the call of {broken.Function.Name}.")
            {
                UserMessage = "The AI model's answer was too long to be finished. Please allow a longer answer, or ask for less at once.",
            };

        return answer.Text.Length > 0 || answer.ToolCalls.Count > 0 ? answer : throw Empty();
    }

    private BadAnswerException Empty() =>
        _finishReason switch
        {
            { } why when Filtered.Contains(why) => new BadAnswerException("The endpoint's content filter stopped the answer.")
            {
                UserMessage = "The AI service refused to answer because of its content rules. Please change the text.",
            },
            { } why when Cut.Contains(why) => new BadAnswerException("The answer reached its limit of tokens before it began.")
            {
                UserMessage = "The AI model used up the length of its answer for thinking. Please allow a longer answer.",
            },
            _ when _hasThoughts || _text.Length > 0 => new BadAnswerException("The answer has thoughts and nothing else."),
            _ => new BadAnswerException(
                "The answer is empty. Servers answer so, too, when the text does not fit into the model's context."
            ),
        };

    private BadAnswerException Unreadable() =>
        _unknown is not null ? new BadAnswerException($"The answer has no choices: {_unknown}")
        : _stray.Length == 0 ? new BadAnswerException("The answer is empty.")
        : _stray.ToString().TrimStart() is var text && text.StartsWith('<')
            ? new BadAnswerException(
                $"The endpoint answered \"{type}\", which is neither JSON nor a stream of events; is the address right?"
            )
        : new BadAnswerException(EndpointError.OfBody(status: null, text));

    private void Add(AnswerChunk chunk)
    {
        if (chunk.Json is { } json)
            Add(json.RootElement, chunk.IsError);
        else if (chunk.IsError)
            throw new BadAnswerException(EndpointError.OfBody(status: null, chunk.Text!));
        else
            AddStray(chunk.Text!);
    }

    /// <summary>A text in place of JSON is the answer itself, unless it is a page or an error message.</summary>
    private void AddStray(string text)
    {
        if (_stray.Length < 16 * 1024)
            _stray.Append(text);
        if (_hasPieces || _unknown is not null || !PlainAnswer.Is(_stray.ToString()))
            return;

        _isWhole = true;
        _text.Append(text);
    }

    private void Add(JsonElement root, bool isError)
    {
        switch (root.ValueKind)
        {
            // A list without its wrapper.
            case JsonValueKind.Array:
                foreach (var element in root.EnumerateArray())
                    Add(element, isError);
                return;
            case JsonValueKind.String:
                AddStray(LenientText.Of(root));
                return;
        }

        if (isError || EndpointError.IsIn(root))
            throw new BadAnswerException(EndpointError.OfJson(root, status: null));

        var choices = root.Member("choices");
        if (choices is { ValueKind: JsonValueKind.Array or JsonValueKind.Object })
        {
            // A chunk that only counts tokens has none.
            _hasChoices = true;
            foreach (var choice in choices.Elements().Where(choice => choice.Number("index") is null or 0).Take(1))
                AddChoice(choice);
        }
        else if (
            root.Member("message") is { ValueKind: JsonValueKind.Object }
            || root.Member("delta") is { ValueKind: JsonValueKind.Object }
        )
        {
            AddChoice(root);
        }
        else if (root.Member("result") is { ValueKind: JsonValueKind.Object } result)
        {
            Add(result, isError);
        }
        else if (root.Text("response") is not null || root.Member("content") is not null)
        {
            AddMessage(root, isWhole: true);
        }
        else if (!_hasPieces && !_isWhole)
        {
            if (root.Member("detail") is not null || root.Member("errors") is not null || root.Text("message") is not null)
                throw new BadAnswerException(EndpointError.OfJson(root, status: null));
            _unknown ??= Shorten.ToLine(root.GetRawText());
        }
    }

    private void AddChoice(JsonElement choice)
    {
        if (choice.Member("error") is { } error && EndpointError.IsError(error))
            throw new BadAnswerException(EndpointError.OfJson(choice, status: null));

        var why = choice.Text("finish_reason") ?? choice.Text("finishReason") ?? choice.Text("done_reason");
        if (why is not null and not "null")
            _finishReason = why;

        // Ollama's own API marks the last piece.
        var done = choice.Member("done");
        if (done is { ValueKind: JsonValueKind.True })
            _finishReason ??= "stop";

        if (choice.Member("delta") is { ValueKind: JsonValueKind.Object } delta)
            AddMessage(delta, isWhole: false);
        else if (choice.Member("message") is { ValueKind: JsonValueKind.Object } message && (done is not null || !IsRepetition))
            AddMessage(message, isWhole: done is null);
        else if (choice.Member("text") is { ValueKind: JsonValueKind.String } text)
            AddMessage(choice, isWhole: true, text);
    }

    /// <summary>Some servers repeat the whole answer at the end of a stream.</summary>
    private bool IsRepetition => _hasPieces && _text.Length + _toolCalls.Count > 0;

    private void AddMessage(JsonElement message, bool isWhole, JsonElement? text = null)
    {
        _isWhole |= isWhole;
        _hasPieces |= !isWhole;
        AddContent(text ?? message.Member("content") ?? message.Member("response"));
        if (message.Member("refusal") is { ValueKind: JsonValueKind.String } refusal)
            _refusal.Append(refusal);
        _hasThoughts |= (message.Text("reasoning_content") ?? message.Text("reasoning") ?? message.Text("thinking")) is not null;

        foreach (var call in message.Member("tool_calls").Elements())
            PiecesOf(call, isWhole).Add(call);
        if (message.Member("function_call") is { ValueKind: JsonValueKind.Object } legacy)
            PiecesOf(legacy, isWhole).Add(legacy);
    }

    /// <summary>A text, or a list of parts; parts that are thoughts are no answer.</summary>
    private void AddContent(JsonElement? content)
    {
        switch (content)
        {
            case { ValueKind: JsonValueKind.String } text:
                _text.Append(text);
                break;
            case { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value:
                _text.Append(value.GetRawText());
                break;
            case { ValueKind: JsonValueKind.Array } parts:
                foreach (var part in parts.EnumerateArray())
                    AddContent(part);
                break;
            case { ValueKind: JsonValueKind.Object } part when part.Text("type") is "thinking" or "reasoning" or "redacted_thinking":
                _hasThoughts = true;
                break;
            case { ValueKind: JsonValueKind.Object } part:
                AddContent(part.Member("text") ?? part.Member("content"));
                break;
        }
    }

    private ToolCallPieces PiecesOf(JsonElement call, bool isWhole)
    {
        var (index, id) = (call.Number("index"), call.Text("id"));
        var name = (call.Member("function") ?? call).Text("name");
        var known = isWhole ? null : _toolCalls.FindLast(pieces => pieces.Takes(index, id, name));
        if (known is null)
            _toolCalls.Add(known = new ToolCallPieces(index));
        return known;
    }
}
