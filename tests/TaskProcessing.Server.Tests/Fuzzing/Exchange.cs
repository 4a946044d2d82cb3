using System.Text;
using System.Text.Json;
using System.Xml;
using TaskProcessing.Server.Tests.Contract;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>A request and what came back.</summary>
internal sealed record Exchange(FuzzRequest Request, byte[] Received, TimeSpan Took)
{
    /// <summary>No request of a run needs as long, also on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The statuses of the web server itself, for what is no HTTP or none that it takes.</summary>
    private static readonly int[] OfWebServer = [400, 404, 405, 408, 411, 413, 414, 415, 417, 426, 431, 501, 505];

    /// <summary>True when the reader went away before the end.</summary>
    public bool IsLeft { get; init; }

    /// <summary>True when the request may be one that waits for news.</summary>
    public bool MayWait { get; init; }

    /// <summary>True for a stream of events, which ends when its reader leaves.</summary>
    public static bool IsEndless(ReadOnlySpan<byte> received) =>
        received.IndexOf("\r\n\r\n"u8) is >= 0 and var end && received[..end].IndexOf("text/event-stream"u8) >= 0;

    /// <summary>Reads it to its end. OCS writes names such as <c>core:text2text</c> as elements, as Nextcloud does.</summary>
    /// <exception cref="XmlException">It is not well-formed.</exception>
    public static void ReadXml(string xml, bool hasNamespaces = false)
    {
        using var reader = new XmlTextReader(new StringReader(xml))
        {
            Namespaces = hasNamespaces,
            Normalization = true,
            DtdProcessing = DtdProcessing.Prohibit,
        };
        while (reader.Read()) { }
    }

    /// <summary>What is wrong with the answer; null when nothing is.</summary>
    public string? Problem()
    {
        if (IsLeft)
            return MayWait || IsEndless(Received) ? null : $"no end after {Took.TotalSeconds:0} seconds";
        if (Received.Length > Arena.LongestAnswer)
            return "an answer without end";
        var isCut = Request.Delivery is Delivery.Cut or Delivery.ChunkedCut;
        if (Received.Length == 0)
            return isCut ? null : "no answer";

        RawAnswer answer;
        try
        {
            answer = RawAnswer.Parse(Request.Method == "HEAD" ? WithoutLength() : Received);
        }
        catch (Exception problem)
        {
            // Who hangs up may miss the end.
            return isCut ? null : $"no HTTP: {problem.Message}";
        }

        if (!answer.Headers.ContainsKey("x-request-id"))
            return OfWebServer.Contains(answer.Status) && answer.Body.Length == 0 ? null : $"{answer.Status} without X-Request-Id";

        return Status(answer.Status) ?? Headers(answer) ?? Length(answer) ?? Body(answer);
    }

    /// <summary>WebDAV has statuses from 500 for what its client asks: another server, an old way to upload, no room.</summary>
    private string? Status(int status) =>
        status < 500
        || (status == 502 && Request.Header("Destination") is not null)
        || (status == 501 && Request.Header("OC-Chunked") is not null)
        || (status == 507 && Request.Method is "LOCK" or "PROPFIND" or "SEARCH")
            ? null
            : $"status {status}";

    private static string? Headers(RawAnswer answer)
    {
        if (answer.Headers.ContainsKey("x-injected"))
            return "a header of the caller's";
        if (answer.Headers.GetValueOrDefault("x-content-type-options") != "nosniff")
            return "no X-Content-Type-Options";

        return null;
    }

    private string? Length(RawAnswer answer) =>
        Request.Method != "HEAD"
        && answer.Status is not (204 or 304)
        && !answer.Headers.ContainsKey("content-encoding")
        && answer.Headers.GetValueOrDefault("content-length") is { } length
        && length != $"{answer.Body.Length}"
            ? $"{answer.Body.Length} bytes instead of {length}"
            : null;

    private string? Body(RawAnswer answer)
    {
        if (answer.Body.Length == 0)
            return null;

        var isFile = answer.Headers.ContainsKey("content-disposition") || (Request.Method == "GET" && Request.Path.Contains("remote.php"));
        var type = answer.Headers.GetValueOrDefault("content-type", "").Split(';')[0].Trim();
        var start = answer.Body.AsSpan().TrimStart(" \r\n\t"u8);
        try
        {
            if (!isFile && type is "application/json")
            {
                using var json = JsonDocument.Parse(StrictUtf8.GetString(answer.Body));
                return Envelope(json.RootElement);
            }

            if (!isFile && (type is "application/xml" or "text/xml" || start.StartsWith("<?xml"u8)))
            {
                ReadXml(StrictUtf8.GetString(answer.Body), hasNamespaces: Request.Path.Contains("remote.php"));
            }
            else if (
                !isFile
                && type.Length > 0
                && type is not ("text/html" or "text/plain" or "text/css" or "text/javascript" or "image/png")
            )
            {
                return type is "image/svg+xml" or "font/woff2" or "image/x-icon" or "text/event-stream" ? null : $"the type {type}";
            }
        }
        catch (Exception problem) when (problem is JsonException or XmlException or ArgumentException)
        {
            return $"malformed {type}: {problem.Message}";
        }

        return Tells(Encoding.UTF8.GetString(answer.Body)) ? "tells of the inside" : null;
    }

    /// <summary>OCS has its envelope but for apps that must log in, and REST its own.</summary>
    private string? Envelope(JsonElement root)
    {
        var path = Request.Path;
        if (Request.IsOcs)
        {
            var isWhole =
                root.TryGetProperty("ocs", out var ocs)
                && ocs.TryGetProperty("meta", out var meta)
                && ocs.TryGetProperty("data", out _)
                && meta.TryGetProperty("statuscode", out _);
            return isWhole || root.TryGetProperty("message", out _) ? null : "no envelope";
        }

        return path.StartsWith("/api/v1/", StringComparison.Ordinal) && !root.TryGetProperty("code", out _) ? "no envelope" : null;
    }

    private static bool Tells(string text) =>
        text.Contains("   at TaskProcessing.", StringComparison.Ordinal) || text.Contains("   at System.", StringComparison.Ordinal);

    /// <summary>An answer to HEAD tells of a body that does not come.</summary>
    private byte[] WithoutLength() =>
        Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(Received).Replace("transfer-encoding: chunked\r\n", "", StringComparison.OrdinalIgnoreCase)
        );
}
