using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>One line of Recorded/: a call to a real Nextcloud and its answer, or something seen beside an answer.</summary>
internal sealed record RecordedCall(string Group, string Name, JsonObject Line)
{
    private static readonly Lazy<ImmutableArray<RecordedCall>> Calls = new(Load);

    public static ImmutableArray<RecordedCall> All => Calls.Value;

    /// <summary>True when the line has no call of its own.</summary>
    public bool IsObservation => Line["request"] is null;

    public string? As => (string?)Line["as"];

    public JsonObject Request => (JsonObject)Line["request"]!;

    public string Method => (string)Request["method"]!;

    public string Path => (string)Request["path"]!;

    public RecordedAnswer Answer => RecordedAnswer.Of((JsonObject)Line["response"]!);

    public bool IsVersion1 => Path.StartsWith("/ocs/v1.php", StringComparison.Ordinal);

    /// <summary>The task that the answer shows, if it shows one.</summary>
    public JsonObject? AnsweredTask =>
        IsObservation ? null
        : Line["response"]!["body"] is JsonObject body && body["ocs"]?["data"] is JsonObject data ? data["task"] as JsonObject
        : null;

    public static RecordedCall Find(string group, string name) =>
        All.FirstOrDefault(call => call.Group == group && call.Name == name)
        ?? throw new ArgumentException($"Nothing is recorded as {group}/{name}");

    /// <summary>The same call by another caller.</summary>
    public RecordedCall By(string caller)
    {
        var line = (JsonObject)Line.DeepClone();
        line["as"] = caller;
        return this with { Line = line };
    }

    public override string ToString() => $"{Group}/{Name}";

    private static ImmutableArray<RecordedCall> Load() =>
        [
            .. from file in Directory
                .GetFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "Contract", "Recorded"), "*.jsonl")
                .Order(StringComparer.Ordinal)
            from line in File.ReadLines(file)
            let json = (JsonObject)JsonNode.Parse(line)!
            select new RecordedCall((string)json["group"]!, (string)json["name"]!, json),
        ];
}

/// <summary>An answer in the form in which it is recorded and compared.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Those of <see cref="ComparedHeaders"/> that there are.</param>
/// <param name="Kind">json, xml, text, bytes, html or empty.</param>
/// <param name="Body">JSON as it is, XML as a tree of texts, anything else as one text.</param>
internal sealed record RecordedAnswer(int Status, ImmutableSortedDictionary<string, string> Headers, string Kind, JsonNode? Body)
{
    public static ImmutableArray<string> ComparedHeaders { get; } =
    ["content-type", "www-authenticate", "content-disposition", "x-user-id", "retry-after"];

    public static RecordedAnswer Of(JsonObject response) =>
        new(
            (int)response["status"]!,
            ((JsonObject)response["headers"]!).ToImmutableSortedDictionary(header => header.Key, header => (string)header.Value!),
            (string)response["kind"]!,
            response["body"]?.DeepClone()
        );

    public static RecordedAnswer Of(RawAnswer answer)
    {
        var headers = answer
            .Headers.Where(header => ComparedHeaders.Contains(header.Key))
            .ToImmutableSortedDictionary(header => header.Key, header => Decoded(header.Key, header.Value));
        var type = headers.GetValueOrDefault("content-type", "");
        if (answer.Body.Length == 0)
            return new RecordedAnswer(answer.Status, headers, "empty", null);
        if (type.StartsWith("application/json", StringComparison.Ordinal))
            return new RecordedAnswer(answer.Status, headers, "json", JsonNode.Parse(answer.Text));
        if (answer.Text.StartsWith("<?xml", StringComparison.Ordinal))
            return new RecordedAnswer(answer.Status, headers, "xml", XmlTree.Read(answer.Text));

        return type.StartsWith("text/", StringComparison.Ordinal)
            ? new RecordedAnswer(answer.Status, headers, "text", JsonValue.Create(answer.Text))
            : new RecordedAnswer(answer.Status, headers, "bytes", JsonValue.Create(Convert.ToBase64String(answer.Body)));
    }

    /// <summary>As the recording has it: the file name without quotes and escapes.</summary>
    private static string Decoded(string name, string header)
    {
        if (name != "content-disposition")
            return header;

        var disposition = ContentDispositionHeaderValue.Parse(header);
        return $"{disposition.DispositionType}; filename={(disposition.FileNameStar ?? disposition.FileName)?.Trim('"')}";
    }

    public RecordedAnswer With(string header, string? value) =>
        this with
        {
            Headers = value is null ? Headers.Remove(header) : Headers.SetItem(header, value),
        };

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Status} {string.Join("; ", Headers.Select(header => $"{header.Key}: {header.Value}"))} {Kind} {Body?.ToJsonString()}"
        );
}
