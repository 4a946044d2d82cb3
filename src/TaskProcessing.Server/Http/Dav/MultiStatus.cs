using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>Answers about several places, or several properties, at once; written one by one, as a folder can hold many.</summary>
internal sealed record MultiStatus(IEnumerable<XElement> Responses) : IResult
{
    /// <summary>The properties of one place by the status of each.</summary>
    public static XElement Response(string href, IEnumerable<(int Status, XNode Property)> properties) =>
        new(
            DavXml.Dav + "response",
            new XElement(DavXml.Dav + "href", href),
            from property in properties
            group property.Property by property.Status into statuses
            orderby statuses.Key
            select new XElement(
                DavXml.Dav + "propstat",
                new XElement(DavXml.Dav + "prop", statuses),
                new XElement(DavXml.Dav + "status", StatusLine(statuses.Key))
            )
        );

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status207MultiStatus;
        response.ContentType = "application/xml; charset=utf-8";
        await using var writer = XmlWriter.Create(
            response.Body,
            new XmlWriterSettings { Async = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }
        );
        await writer.WriteStartDocumentAsync();
        await writer.WriteStartElementAsync("d", "multistatus", DavXml.Dav.NamespaceName);
        await writer.WriteAttributeStringAsync("xmlns", "s", null, DavXml.Sabre.NamespaceName);
        await writer.WriteAttributeStringAsync("xmlns", "oc", null, DavXml.OwnCloud.NamespaceName);
        await writer.WriteAttributeStringAsync("xmlns", "nc", null, DavXml.Nextcloud.NamespaceName);
        foreach (var entry in Responses)
        {
            httpContext.RequestAborted.ThrowIfCancellationRequested();
            await entry.WriteToAsync(writer, httpContext.RequestAborted);
        }

        await writer.WriteEndElementAsync();
    }

    private static string StatusLine(int status) =>
        status switch
        {
            StatusCodes.Status200OK => "HTTP/1.1 200 OK",
            StatusCodes.Status403Forbidden => "HTTP/1.1 403 Forbidden",
            StatusCodes.Status404NotFound => "HTTP/1.1 404 Not Found",
            StatusCodes.Status409Conflict => "HTTP/1.1 409 Conflict",
            StatusCodes.Status424FailedDependency => "HTTP/1.1 424 Failed Dependency",
            StatusCodes.Status507InsufficientStorage => "HTTP/1.1 507 Insufficient Storage",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No property has this status."),
        };
}
