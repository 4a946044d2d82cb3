using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>
/// Sends requests byte for byte, one connection each: HttpClient would decode paths, refuse odd headers and verbs, and
/// leave out the body of a GET.
/// </summary>
internal sealed class RawHttp(Uri address)
{
    public static byte[] NoBody { get; } = [];

    public async Task<RawAnswer> SendAsync(
        string method,
        string path,
        IEnumerable<(string Name, string Value)> headers,
        byte[]? body,
        CancellationToken cancellationToken
    )
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (body is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        head.Append("\r\n");

        return await SendAsync([.. Encoding.UTF8.GetBytes(head.ToString()), .. body ?? NoBody], cancellationToken);
    }

    /// <summary>Sends the bytes, and reads until the server closes the connection.</summary>
    public async Task<RawAnswer> SendAsync(byte[] request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, cancellationToken);
        }
        catch (IOException)
        {
            // A server may answer, and close, before it has read a body that is too large.
        }

        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, cancellationToken);
        }
        catch (IOException) when (received.Length > 0) { }

        return RawAnswer.Parse(received.ToArray());
    }
}

/// <summary>The answer. Header names are in lower case; a header that comes twice is joined by a comma.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public static RawAnswer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            throw new InvalidDataException($"No HTTP answer: {Encoding.UTF8.GetString(bytes)}");

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(':', 2))
            .GroupBy(parts => parts[0].ToLowerInvariant(), parts => parts[1].Trim())
            .ToDictionary(group => group.Key, group => string.Join(", ", group));
        var body = bytes[(end + 4)..];
        if (headers.GetValueOrDefault("transfer-encoding") == "chunked")
            body = Dechunk(body);
        if (headers.GetValueOrDefault("content-encoding") == "gzip")
            body = Gunzip(body);

        return new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    private static byte[] Dechunk(byte[] body)
    {
        var whole = new MemoryStream();
        var rest = body.AsSpan();
        while (true)
        {
            var line = rest.IndexOf("\r\n"u8);
            var size = int.Parse(Encoding.ASCII.GetString(rest[..line]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return whole.ToArray();

            whole.Write(rest.Slice(line + 2, size));
            rest = rest[(line + 2 + size + 2)..];
        }
    }

    private static byte[] Gunzip(byte[] body)
    {
        var whole = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(whole);
        return whole.ToArray();
    }
}
