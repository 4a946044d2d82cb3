using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Dav.Properties;

namespace TaskProcessing.Server.Http.Dav.Search;

/// <summary>
/// SEARCH in the language <c>DAV:basicsearch</c> (RFC 5323), as Nextcloud's pages and apps and nc_py_api send it.
/// </summary>
internal sealed class DavSearch(IFileStore files, DavListing listing)
{
    /// <summary>The limit of results that <c>firstresult</c> may leave out: they are kept in memory to be sorted.</summary>
    private const int MaxSkipped = 100_000;

    private const string Top = "/remote.php/dav";

    public async Task<IResult> SearchAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Features.GetRequiredFeature<Caller>().UserId!;
        var body = await DavBody.ReadAsync(context.Request, cancellationToken);
        if (body is null || DavName.Of(body) != DavXml.Dav + "searchrequest" || body.Child(DavXml.Dav + "basicsearch") is not { } search)
        {
            return DavResult.Failure(
                StatusCodes.Status400BadRequest,
                "The body must be a searchrequest with a basicsearch",
                new XElement(DavXml.Dav + "search-grammar-supported")
            );
        }

        if (search.Child(DavXml.Dav + "select") is not { } select || RequestedProperties.Read(select) is not { } requested)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The search says nothing of what it wants to know, in a select");

        var scope = search.Child(DavXml.Dav + "from")?.Child(DavXml.Dav + "scope");
        var address = scope?.Child(DavXml.Dav + "href") is { } href ? Place(href.InnerText.Trim(), caller) : null;
        var folder = address is { } place ? await files.FindAtAsync(caller, place.Path, cancellationToken) : null;
        if (address is null || folder is not { IsFolder: true })
        {
            return DavResult.Failure(
                StatusCodes.Status409Conflict,
                $"The scope must be a folder of yours, such as /files/{caller}/",
                new XElement(DavXml.Dav + "search-scope-valid")
            );
        }

        var request = new DavRequest(context, caller, address.Value);
        var (first, limit) = Limit(search.Child(DavXml.Dav + "limit"));
        var conditions = SearchConditions.Read(search.Child(DavXml.Dav + "where"), caller);
        var wanted = new FileSearch(caller, folder, address.Value.Path, Math.Min(limit ?? int.MaxValue, DavListing.MaxEntries + 1))
        {
            Depth = DavRequest.ReadDepth(scope!.Child(DavXml.Dav + "depth")?.InnerText.Trim() ?? "infinity") ?? int.MaxValue,
            Id = conditions.Id,
            Matches = file => conditions.Hold(file) == true,
            Order = SearchOrder.Read(search.Child(DavXml.Dav + "orderby"), caller),
            Skip = first,
        };
        var found = wanted.Depth == 0 || wanted.Limit == 0 ? [] : await files.SearchAsync(wanted, cancellationToken);
        var responses = await listing.DescribeAsync(request, requested, [.. found.Take(DavListing.MaxEntries)], cancellationToken);
        return new MultiStatus(found.Count > DavListing.MaxEntries ? responses.Append(ThereIsMore()) : responses);
    }

    /// <summary>
    /// As Nextcloud takes it, below its own address (<c>/files/alice</c>), or whole. nc_py_api encodes nothing, so that characters
    /// that end a path are taken as part of it.
    /// </summary>
    private static DavAddress? Place(string href, string userId)
    {
        var path = href.Replace("#", "%23", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal);
        var isWhole = path.Contains("://", StringComparison.Ordinal) || path.StartsWith(Top + "/", StringComparison.Ordinal);
        return DavAddress.Parse(isWhole ? path : $"{Top}/{path}", userId) is { Path.Tree: FileTree.Files } address ? address : null;
    }

    private static (int First, int? Limit) Limit(XmlElement? limit)
    {
        int? Read(Func<XmlElement, bool> isMeant) =>
            limit?.Children().FirstOrDefault(isMeant) is not { } number ? null
            : uint.TryParse(number.InnerText, CultureInfo.InvariantCulture, out var value) && value <= MaxSkipped ? (int)value
            : throw new BadHttpRequestException($"The {number.LocalName} \"{number.InnerText}\" is no number from 0 to {MaxSkipped}");

        // Nextcloud's own addition, of which the namespace is that of a library.
        return (Read(element => element.LocalName == "firstresult") ?? 0, Read(element => DavName.Of(element) == DavXml.Dav + "nresults"));
    }

    /// <summary>The standard's mark of incomplete results.</summary>
    private static XElement ThereIsMore() =>
        new(
            DavXml.Dav + "response",
            new XElement(DavXml.Dav + "href", $"{Top}/"),
            new XElement(DavXml.Dav + "status", "HTTP/1.1 507 Insufficient Storage"),
            new XElement(DavXml.Dav + "responsedescription", $"Only the first {DavListing.MaxEntries} results are listed")
        );
}
