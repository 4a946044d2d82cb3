using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>A part of the words, with its times in the sound.</summary>
internal sealed record Cue(TimeSpan From, TimeSpan To, string Text);

/// <summary>The transcript of a sound.</summary>
/// <param name="Text">All words; empty for silence.</param>
/// <param name="Cues">Its parts by their times; none when the model sends no times.</param>
internal sealed partial record Transcript(string Text, IReadOnlyList<Cue> Cues)
{
    /// <summary>
    /// Reads the answer by its bytes: JSON in the form of any server, pieces of it, subtitles, a plain text where JSON was asked for.
    /// </summary>
    /// <exception cref="BadAnswerException">It is none.</exception>
    public static async Task<Transcript> ReadAsync(ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        var reader = new TranscriptReader();
        using var json = MediaAnswer.Json(answer);
        var text = json is null ? Encoding.UTF8.GetString(answer.Span).TrimStart('\uFEFF').Trim() : "";
        if (json is not null)
        {
            reader.Add(json.RootElement);
        }
        else if (IsInPieces().IsMatch(text))
        {
            await foreach (var chunk in new AnswerChunks().ReadAsync(new MemoryStream(answer.ToArray()), cancellationToken))
            {
                using (chunk.Json)
                    reader.Add(chunk);
            }
        }
        else
        {
            reader.AddPlain(text);
        }

        return reader.Finish();
    }

    /// <summary>Events, or JSON line by line.</summary>
    [GeneratedRegex(@"\A(data|event|id|retry)?:|\A\{")]
    private static partial Regex IsInPieces();
}

/// <summary>Puts a transcript together from the pieces of an answer.</summary>
internal sealed partial class TranscriptReader
{
    private static readonly string[] Texts = ["text", "transcript", "transcription", "output_text"];
    private static readonly string[] Parts = ["segments", "chunks", "utterances", "transcription", "results", "result", "data", "output"];

    private readonly StringBuilder _plain = new();
    private readonly StringBuilder _text = new();
    private readonly List<Cue> _cues = [];
    private string? _unknown;
    private bool _isFound;

    public void Add(AnswerChunk chunk)
    {
        if (chunk.IsError)
            throw new BadAnswerException(chunk.Json is { } told ? OfJson(told.RootElement) : OfText(chunk.Text!));
        if (chunk.Json is { } json)
            Add(json.RootElement);
        else
            _plain.Append(chunk.Text);
    }

    /// <summary>The whole answer, or an event of a stream.</summary>
    public void Add(JsonElement json)
    {
        if (EndpointError.IsIn(json))
            throw new BadAnswerException(OfJson(json));

        switch (json.Text("type"))
        {
            case "transcript.text.delta":
                _isFound = true;
                _text.Append(json.Text("delta"));
                return;
            case "transcript.text.done":
                _text.Clear();
                break;
        }

        if (!TryAdd(json))
            _unknown ??= json.GetRawText();
    }

    /// <summary>Adds subtitles, or a text as it is.</summary>
    public void AddPlain(string text) => _plain.Append(text);

    public Transcript Finish()
    {
        var plain = _plain.ToString().Trim().ReplaceLineEndings("\n");
        if (!_isFound && (_unknown is not null || !PlainAnswer.Is(plain)))
            throw Refusal(_unknown ?? plain);
        if (!_isFound)
            ReadPlain(plain);

        var text = _text.ToString().Trim();
        return new Transcript(text.Length > 0 ? text : string.Join(' ', _cues.Select(cue => cue.Text)), _cues);
    }

    private static EndpointError OfJson(JsonElement json) => EndpointError.OfJson(json, status: null);

    private static EndpointError OfText(string text) => EndpointError.OfBody(status: null, text);

    /// <summary>Pages and words about errors are no transcript. Known words tell more than that.</summary>
    private static BadAnswerException Refusal(string text) =>
        OfText(text) is var error && RefusalWords.KindOf(error) != RefusalKind.Other
            ? new BadAnswerException(error)
            : new BadAnswerException($"The endpoint answered no text: {Shorten.ToLine(text)}");

    private bool TryAdd(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return AddText(LenientText.Of(json));
            case JsonValueKind.Array:
                // Each element is a part; other elements are skipped.
                return json.EnumerateArray().Aggregate(json.GetArrayLength() == 0, (found, part) => TryAdd(part) | found);
            case JsonValueKind.Object:
                return TryAddObject(json);
            default:
                return false;
        }
    }

    private bool TryAddObject(JsonElement json)
    {
        var text = Texts.Select(name => json.Member(name)).FirstOrDefault(member => member is { ValueKind: JsonValueKind.String })
            is { } found
            ? LenientText.Of(found)
            : null;
        if (text is not null && TimesOf(json) is var (from, to))
        {
            _cues.Add(new Cue(from, to < from ? from : to, text.Trim()));
            return _isFound = true;
        }

        var before = _cues.Count;
        var hasParts = false;
        foreach (var name in Parts)
        {
            if (json.Member(name) is not { ValueKind: JsonValueKind.Array or JsonValueKind.Object } parts)
                continue;

            // With the text beside them they are wanted for their times alone.
            var length = _text.Length;
            hasParts = TryAdd(parts);
            if (text is not null)
                _text.Length = length;
            if (hasParts)
                break;
        }

        if (text is not null)
            return AddText(text);
        return hasParts || _cues.Count > before;
    }

    private bool AddText(string text)
    {
        // Pieces bring their own spaces; parts in a list do not.
        if (_text.Length > 0 && text.Length > 0 && !char.IsWhiteSpace(_text[^1]) && !char.IsWhiteSpace(text[0]))
            _text.Append(' ');
        _text.Append(text);
        return _isFound = true;
    }

    /// <summary>In seconds, as a pair of seconds, or in milliseconds.</summary>
    private static (TimeSpan From, TimeSpan To)? TimesOf(JsonElement json)
    {
        if (Seconds(json.Member("start")) is { } start && Seconds(json.Member("end")) is { } end)
            return (start, end);
        if (
            json.Member("timestamp") is { ValueKind: JsonValueKind.Array } pair
            && pair.GetArrayLength() == 2
            && Seconds(pair[0]) is { } from
        )
            return (from, Seconds(pair[1]) ?? from);

        return
            json.Member("offsets") is { } offsets
            && Seconds(offsets.Member("from")) is { } first
            && Seconds(offsets.Member("to")) is { } last
            ? (first / 1000, last / 1000)
            : null;
    }

    private static TimeSpan? Seconds(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number or JsonValueKind.String } number
        && double.TryParse(number.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private void ReadPlain(string text)
    {
        var marks = CueTimes().Matches(text);
        if (marks.Count == 0)
        {
            _text.Append(text);
            return;
        }

        for (var index = 0; index < marks.Count; index++)
        {
            var mark = marks[index];
            var to = index + 1 < marks.Count ? marks[index + 1].Index : text.Length;
            var words = text[(mark.Index + mark.Length)..to].TrimStart('\n').Split("\n\n")[0];
            _cues.Add(new Cue(Time(mark.Groups[1].Value), Time(mark.Groups[2].Value), words.Trim()));
        }
    }

    private static TimeSpan Time(string text)
    {
        var parts = text.Replace(',', '.').Split(':');
        return TimeSpan.FromSeconds(parts.Aggregate(0.0, (sum, part) => (sum * 60) + double.Parse(part, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(
        @"^[ \t]*((?:\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})\s*-->\s*((?:\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})[^\n]*$",
        RegexOptions.Multiline
    )]
    private static partial Regex CueTimes();
}
