using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The XML of WebDAV: its namespaces, and how bodies are read.</summary>
internal static class DavXml
{
    public static readonly XNamespace Dav = "DAV:";
    public static readonly XNamespace OwnCloud = "http://owncloud.org/ns";
    public static readonly XNamespace Nextcloud = "http://nextcloud.org/ns";
    public static readonly XNamespace Sabre = "http://sabredav.org/ns";

    private const int MaxLength = 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        Async = true,
        // No entities: neither files of this machine nor billions of laughs.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxLength,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <returns>The root element; null when there is no body.</returns>
    /// <exception cref="BadHttpRequestException">It is no XML, or far too long.</exception>
    public static async Task<XElement?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            body.Write(chunk, 0, read);
            if (body.Length > MaxLength)
                throw new BadHttpRequestException($"The request body is larger than {MaxLength} bytes", StatusCodes.Status413PayloadTooLarge);
        }

        return body.Length == 0 ? null : await ParseAsync(body, cancellationToken);
    }

    private static async Task<XElement?> ParseAsync(MemoryStream body, CancellationToken cancellationToken)
    {
        body.Position = 0;
        try
        {
            using var reader = XmlReader.Create(body, Settings);
            return (await XDocument.LoadAsync(reader, LoadOptions.PreserveWhitespace, cancellationToken)).Root;
        }
        catch (XmlException problem)
        {
            throw new BadHttpRequestException($"The request body is not valid XML: {problem.Message}", problem);
        }
    }

    /// <summary>An element that declares the prefixes that every client knows.</summary>
    public static XElement Root(string name, params object?[] content) => new(
        Dav + name,
        new XAttribute(XNamespace.Xmlns + "d", Dav),
        new XAttribute(XNamespace.Xmlns + "s", Sabre),
        new XAttribute(XNamespace.Xmlns + "oc", OwnCloud),
        new XAttribute(XNamespace.Xmlns + "nc", Nextcloud),
        content);
}
