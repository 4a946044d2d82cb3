using System.Xml;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Search;

/// <summary>The <c>orderby</c> of a search.</summary>
internal static class SearchOrder
{
    private const int MaxKeys = 5;

    /// <returns>Null when it names nothing.</returns>
    /// <exception cref="BadHttpRequestException">It cannot be understood.</exception>
    public static Comparison<StoredFile>? Read(XmlElement? orderBy, string userId)
    {
        var keys = orderBy?.Children().Select(key => ReadKey(key, userId)).ToList() ?? [];
        if (keys.Count > MaxKeys)
            throw new BadHttpRequestException($"A search may be ordered by {MaxKeys} properties");

        return keys.Count == 0 ? null : (left, right) => keys.Select(key => key(left, right)).FirstOrDefault(way => way != 0);
    }

    /// <summary>Numbers by their size, text by its characters; missing values come first, as the standard says.</summary>
    public static int Compare(object? left, object? right) =>
        (left, right) switch
        {
            (long first, long second) => first.CompareTo(second),
            (string first, string second) => string.CompareOrdinal(first, second),
            (null, null) => 0,
            (null, _) => -1,
            _ => 1,
        };

    private static Comparison<StoredFile> ReadKey(XmlElement key, string userId)
    {
        if (key.Child(DavXml.Dav + "prop")?.Children().FirstOrDefault() is not { } property)
            throw new BadHttpRequestException("An order names no property");
        if (SearchValues.Find(DavName.Of(property), userId) is not { } value)
            throw new BadHttpRequestException($"Files cannot be ordered by the property \"{property.LocalName}\"");

        var descends = key.Child(DavXml.Dav + "descending") is not null;
        return (left, right) => descends ? Compare(value.Of(right), value.Of(left)) : Compare(value.Of(left), value.Of(right));
    }
}
