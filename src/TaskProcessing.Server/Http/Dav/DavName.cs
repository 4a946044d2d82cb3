using System.Buffers;
using System.Xml;
using System.Xml.Linq;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The name of an element or a property, as clients may make up any.</summary>
internal readonly record struct DavName(string Namespace, string Local)
{
    public static DavName Of(XmlElement element) => new(element.NamespaceURI, element.LocalName);

    private static readonly SearchValues<char> Special = SearchValues.Create("&<\"\r\n\t");

    /// <summary>The names that the server's own code knows.</summary>
    public static implicit operator DavName(XName name) => new(name.NamespaceName, name.LocalName);

    /// <summary>An empty element of this name, read from XML or defined in the code.</summary>
    public RawXml ToXml() => new($"<{Local} xmlns=\"{Escape(Namespace)}\"/>");

    /// <summary>Line breaks and tabs too: in an attribute they would be read as blanks.</summary>
    private static string Escape(string text) =>
        text.AsSpan().IndexOfAny(Special) < 0
            ? text
            : text.Replace("&", "&amp;", StringComparison.Ordinal)
                .Replace("<", "&lt;", StringComparison.Ordinal)
                .Replace("\"", "&quot;", StringComparison.Ordinal)
                .Replace("\r", "&#13;", StringComparison.Ordinal)
                .Replace("\n", "&#10;", StringComparison.Ordinal)
                .Replace("\t", "&#9;", StringComparison.Ordinal);
}
