using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>The properties that a client wants.</summary>
/// <param name="Names">These.</param>
/// <param name="AndDead">And all that clients have set.</param>
/// <param name="NamesOnly">Their names without their values.</param>
internal sealed record RequestedProperties(HashSet<DavName> Names, bool AndDead, bool NamesOnly)
{
    public static RequestedProperties Everything { get; } = new([.. DavProperties.Usual], AndDead: true, NamesOnly: false);

    /// <summary>Reads the content of a <c>propfind</c>, or of the <c>select</c> of a search.</summary>
    /// <returns>Null when it wants nothing that is known.</returns>
    /// <exception cref="BadHttpRequestException">It wants too much.</exception>
    public static RequestedProperties? Read(XmlElement element)
    {
        var requested = Named(element);
        DavProperties.CheckCount(requested?.Names.Count ?? 0);
        return requested;
    }

    public bool Includes(DavName name) => Names.Contains(name);

    public IEnumerable<(int Status, XNode Property)> Of(DavProperties.Subject subject)
    {
        var dead = DeadProperties.Read(subject.File);
        foreach (var name in Names)
        {
            var property = DavProperties.Find(name, subject) ?? (dead.TryGetValue(name, out var xml) ? new RawXml(xml) : (XNode?)null);
            if (property is not null)
                yield return (StatusCodes.Status200OK, NamesOnly ? name.ToXml() : property);
            else if (!AndDead)
                yield return (StatusCodes.Status404NotFound, name.ToXml());
        }

        if (!AndDead)
            yield break;

        foreach (var (name, xml) in dead.Where(property => !Names.Contains(property.Key)))
            yield return (StatusCodes.Status200OK, NamesOnly ? name.ToXml() : new RawXml(xml));
    }

    private static RequestedProperties? Named(XmlElement element)
    {
        if (element.Child(DavXml.Dav + "propname") is not null)
            return new RequestedProperties([.. DavProperties.Names], AndDead: true, NamesOnly: true);
        if (element.Child(DavXml.Dav + "prop") is { } named)
            return new RequestedProperties([.. named.Children().Select(DavName.Of)], AndDead: false, NamesOnly: false);
        if (element.Child(DavXml.Dav + "allprop") is null)
            return null;

        var included = element.Child(DavXml.Dav + "include")?.Children().Select(DavName.Of) ?? [];
        return Everything with { Names = [.. Everything.Names.Union(included)] };
    }
}
