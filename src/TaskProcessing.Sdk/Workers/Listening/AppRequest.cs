using System.Text;

namespace TaskProcessing.Sdk.Workers.Listening;

/// <summary>A request without its body, which no call of a server to an app needs.</summary>
internal sealed record AppRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The longest request line with headers, in bytes. Nextcloud sends less than one kilobyte.</summary>
    public const int LongestHead = 16 * 1024;

    /// <summary>The value of a header; null without it.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The value of a parameter of the query; null without it.</summary>
    public string? Parameter(string name) =>
        Query
            .Split('&')
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair.Length == 2 && Uri.UnescapeDataString(pair[0]) == name)
            .Select(pair => Uri.UnescapeDataString(pair[1]))
            .FirstOrDefault();

    /// <summary>Reads the request line and the headers.</summary>
    /// <returns>Null when the caller sends something else, or nothing.</returns>
    public static async Task<AppRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestHead];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;

            // The end may come in two pieces.
            var from = Math.Max(0, length - 3);
            length += read;
            var end = buffer.AsSpan(from, length - from).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Parse(Encoding.Latin1.GetString(buffer, 0, from + end));
        }

        return null;
    }

    private static AppRequest? Parse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"] || !target.StartsWith('/'))
            return null;

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[1..])
        {
            // A header that comes twice could mean one thing to a proxy and another here.
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
                return null;
        }

        var parts = target.Split('?', 2);
        return new AppRequest(method, parts[0], parts.ElementAtOrDefault(1) ?? "", headers);
    }
}

/// <summary>The answer to a request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body.</param>
internal sealed record AppAnswer(int Status, string Json);
