using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The XML of WebDAV's answers: its namespaces, and how they are written.</summary>
internal static class DavXml
{
    public static readonly XNamespace Dav = "DAV:";
    public static readonly XNamespace OwnCloud = "http://owncloud.org/ns";
    public static readonly XNamespace Nextcloud = "http://nextcloud.org/ns";
    public static readonly XNamespace Sabre = "http://sabredav.org/ns";

    /// <summary>An element that declares the prefixes that every client knows.</summary>
    public static XElement Root(string name, params object?[] content) =>
        new(
            Dav + name,
            new XAttribute(XNamespace.Xmlns + "d", Dav),
            new XAttribute(XNamespace.Xmlns + "s", Sabre),
            new XAttribute(XNamespace.Xmlns + "oc", OwnCloud),
            new XAttribute(XNamespace.Xmlns + "nc", Nextcloud),
            content
        );

    /// <summary>
    /// The text without the characters that XML has no way to write. One of them would break an answer off in its middle:
    /// the reader's own words of a bad body quote the bad character.
    /// </summary>
    public static string Writable(string text)
    {
        if (IsWritable(text))
            return text;

        var writable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            writable.Append(rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD");
        return writable.ToString();
    }

    private static bool IsWritable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
