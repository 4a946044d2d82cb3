using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace TaskProcessing.Server.Http.Pages;

/// <summary>A file of the pages: part of the program, compressed when a browser first wants it so.</summary>
internal sealed class PageFile
{
    private const string Prefix = "wwwroot/";

    private static readonly Assembly Program = typeof(PageFile).Assembly;

    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [""] = "text/plain; charset=utf-8",
    };

    private readonly Lazy<byte[]> _content;
    private readonly Lazy<byte[]> _brotli;
    private readonly Lazy<byte[]> _gzip;
    private readonly Lazy<string> _etag;

    private PageFile(string path)
    {
        IsVersioned = path.StartsWith("vendor/", StringComparison.Ordinal);
        MediaType = MediaTypes[Path.GetExtension(path)];
        _content = new(() => Read(path));
        _brotli = new(() => Compress(_content.Value, stream => new BrotliStream(stream, CompressionLevel.Optimal)));
        _gzip = new(() => Compress(_content.Value, stream => new GZipStream(stream, CompressionLevel.Optimal)));
        _etag = new(() => Convert.ToHexStringLower(SHA256.HashData(_content.Value).AsSpan(..12)));
    }

    /// <summary>All of them by their paths, such as <c>app.js</c>.</summary>
    public static FrozenDictionary<string, PageFile> All { get; } =
        Program
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..])
            .ToFrozenDictionary(path => path, path => new PageFile(path));

    public string MediaType { get; }

    /// <summary>Whether the path names the version of the content, so that a browser need not ask for it again.</summary>
    public bool IsVersioned { get; }

    /// <param name="encoding"><c>br</c>, <c>gzip</c>, or empty for the content as it is.</param>
    public byte[] ContentAs(string encoding) =>
        encoding switch
        {
            "br" => _brotli.Value,
            "gzip" => _gzip.Value,
            _ => _content.Value,
        };

    /// <summary>The forms differ in their bytes, so each has a tag of its own.</summary>
    public string ETagAs(string encoding) => encoding.Length == 0 ? $"\"{_etag.Value}\"" : $"\"{_etag.Value}-{encoding}\"";

    private static byte[] Read(string path)
    {
        using var stream = Program.GetManifestResourceStream(Prefix + path)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compressor)
    {
        using var compressed = new MemoryStream();
        using (var stream = compressor(compressed))
            stream.Write(content);
        return compressed.ToArray();
    }
}
