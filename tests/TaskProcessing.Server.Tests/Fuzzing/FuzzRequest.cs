using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>
/// A request of a fuzzing run. All texts are bytes as Latin-1, so that any byte can stand anywhere; one line of JSON holds it whole.
/// </summary>
/// <param name="Caller">As in the recording: <c>alice</c>, <c>exapp:alice</c>, <c>key:all</c> …; null for a guest.</param>
internal sealed record FuzzRequest(string? Caller, string Method, string Path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    /// <summary>Why it is kept; null for a request that was just made.</summary>
    public string? Why { get; init; }

    /// <summary>Name and value, in their order.</summary>
    public string[][] Headers { get; init; } = [];

    public string? Body { get; init; }

    public Delivery Delivery { get; init; }

    [JsonIgnore]
    public bool IsOcs => Path.StartsWith("/ocs/v", StringComparison.Ordinal);

    [JsonIgnore]
    public string? ContentType => Header("Content-Type");

    public string? Header(string name) => Headers.FirstOrDefault(header => header[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];

    public FuzzRequest With(string header, string value) =>
        Without(header) with
        {
            Headers = [.. Without(header).Headers, [header, value]],
        };

    public FuzzRequest Without(string header) =>
        this with
        {
            Headers = [.. Headers.Where(other => !other[0].Equals(header, StringComparison.OrdinalIgnoreCase))],
        };

    public static FuzzRequest Parse(string line) => JsonSerializer.Deserialize<FuzzRequest>(line, Json)!;

    public override string ToString() => JsonSerializer.Serialize(this, Json);

    /// <summary>The bytes of a text, each as one character.</summary>
    public static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>What goes over the wire.</summary>
    public byte[] ToBytes(string host, IEnumerable<(string Name, string Value)> credentials)
    {
        var head = new StringBuilder($"{Method} {Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        foreach (var (name, value) in credentials.Where(credential => Header(credential.Name) is null))
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        foreach (var header in Headers)
            head.Append(CultureInfo.InvariantCulture, $"{header[0]}: {header[1]}\r\n");
        if (Body is null)
            return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());

        switch (Delivery)
        {
            case Delivery.Whole:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n\r\n{Body}");
                break;
            case Delivery.Cut:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length + 17}\r\n\r\n{Body}");
                break;
            case Delivery.Chunked or Delivery.ChunkedCut:
                head.Append("Transfer-Encoding: chunked\r\n\r\n");
                foreach (var chunk in Body.Chunk(Math.Max(1, Body.Length / 3)))
                    head.Append(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n{new string(chunk)}\r\n");
                head.Append(Delivery == Delivery.Chunked ? "0\r\n\r\n" : "40\r\n");
                break;
        }

        return Encoding.Latin1.GetBytes(head.ToString());
    }
}

/// <summary>How the body of a request is sent.</summary>
internal enum Delivery
{
    /// <summary>With its length.</summary>
    Whole,

    /// <summary>In pieces of announced lengths.</summary>
    Chunked,

    /// <summary>The sender stops before the announced length.</summary>
    Cut,

    /// <summary>The sender stops within a piece.</summary>
    ChunkedCut,
}
