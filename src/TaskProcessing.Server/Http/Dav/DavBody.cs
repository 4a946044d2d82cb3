using System.Xml;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Bodies;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>
/// Reads the XML bodies of WebDAV. They are measured before anything is built of them: a tree is copied and written by calls
/// within calls, so that depth costs stack, and some of that work grows with the square of the size. Their names stay in
/// their document; see <see cref="RawXml"/>.
/// </summary>
internal static class DavBody
{
    /// <summary>The deepest nesting of elements; clients need about five.</summary>
    public const int MaxDepth = 32;

    /// <summary>The limit of elements, ends of elements, texts and attributes in a body.</summary>
    public const int MaxParts = 4000;

    /// <summary>The longest name of an element or attribute.</summary>
    public const int MaxNameLength = 250;

    private const int MaxBytes = 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        // No entities: neither files of this machine nor billions of laughs.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <returns>The root element; null when there is no body.</returns>
    /// <exception cref="BadHttpRequestException">It is no XML, or too long, too deep or of too many parts.</exception>
    public static async Task<XmlElement?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await WholeBody.ReadAsync(request, MaxBytes, cancellationToken);
        return body.Count == 0 ? null : Parse(body);
    }

    /// <summary>The elements in the root of XML that the server has stored.</summary>
    public static IEnumerable<XmlElement> ReadStored(string xml)
    {
        var document = NewDocument();
        document.LoadXml(xml);
        return document.DocumentElement!.Children();
    }

    /// <summary>The elements in an element.</summary>
    public static IEnumerable<XmlElement> Children(this XmlElement element) => element.ChildNodes.OfType<XmlElement>();

    /// <summary>The first element of this name in an element.</summary>
    public static XmlElement? Child(this XmlElement element, DavName name) =>
        element.Children().FirstOrDefault(child => DavName.Of(child) == name);

    private static XmlDocument NewDocument() => new() { PreserveWhitespace = true, XmlResolver = null };

    private static XmlElement? Parse(ArraySegment<byte> sent)
    {
        using var body = new MemoryStream(sent.Array!, sent.Offset, sent.Count, writable: false);
        try
        {
            using (var measured = XmlReader.Create(body, Settings))
                Measure(measured);

            body.Position = 0;
            using var reader = XmlReader.Create(body, Settings);
            var document = NewDocument();
            document.Load(reader);
            return document.DocumentElement;
        }
        catch (XmlException problem)
        {
            throw new BadHttpRequestException($"The request body is not valid XML: {problem.Message}", problem);
        }
    }

    private static void Measure(XmlReader reader)
    {
        var parts = 0;
        while (reader.Read())
        {
            parts += 1 + reader.AttributeCount;
            if (parts > MaxParts)
            {
                throw new BadHttpRequestException(
                    $"The XML of the request body has more than {MaxParts} elements, texts and attributes",
                    StatusCodes.Status413PayloadTooLarge
                );
            }

            if (reader.NodeType == XmlNodeType.Element && reader.Depth >= MaxDepth)
                throw new BadHttpRequestException($"The XML of the request body is nested more than {MaxDepth} deep");

            CheckName(reader);
            while (reader.MoveToNextAttribute())
                CheckName(reader);
        }
    }

    private static void CheckName(XmlReader reader)
    {
        if (reader.LocalName.Length > MaxNameLength)
            throw new BadHttpRequestException($"A name in the XML of the request body has more than {MaxNameLength} characters");
    }
}
