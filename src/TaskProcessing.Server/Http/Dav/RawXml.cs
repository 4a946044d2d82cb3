using System.Xml;
using System.Xml.Linq;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>
/// Raw XML within an element tree. Names from clients never become an <see cref="XName"/>: the process keeps those for
/// ever, so requests with ever new names would use up its memory.
/// </summary>
/// <param name="xml">Well-formed, and with all the namespaces that it uses.</param>
internal sealed class RawXml(string xml) : XText("")
{
    public override void WriteTo(XmlWriter writer) => writer.WriteRaw(xml);

    public override Task WriteToAsync(XmlWriter writer, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : writer.WriteRawAsync(xml);
}
