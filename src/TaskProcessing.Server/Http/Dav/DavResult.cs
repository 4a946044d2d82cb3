using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav.Properties;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The answer of a WebDAV handler: a status, and an XML document if there is one.</summary>
internal sealed record DavResult(int Status, XElement? Body = null) : IResult
{
    public static DavResult Created { get; } = new(StatusCodes.Status201Created);

    public static DavResult NoContent { get; } = new(StatusCodes.Status204NoContent);

    public static DavResult NotFound { get; } = Failure(StatusCodes.Status404NotFound, "There is nothing here");

    public static DavResult NotLoggedIn { get; } = Failure(StatusCodes.Status401Unauthorized, "Please log in");

    public static DavResult ConditionFailed { get; } =
        Failure(StatusCodes.Status412PreconditionFailed, "It is not, or no longer, what the request expects");

    /// <param name="status">The HTTP status.</param>
    /// <param name="message">The message, in the element in which clients of Nextcloud look for it.</param>
    /// <param name="condition">The standard's own name of the error, where it has one.</param>
    public static DavResult Failure(int status, string message, XElement? condition = null) =>
        new(status, DavXml.Root("error", condition, new XElement(DavXml.Sabre + "message", DavXml.Writable(message))));

    public static DavResult TooLarge(long maxBytes) =>
        Failure(StatusCodes.Status413PayloadTooLarge, $"The file is too large, the largest may have {maxBytes} bytes");

    /// <summary>The answer to a request that puts a file at a path; it has the id and the ETag of the file.</summary>
    public static DavResult Of(DavRequest request, PlaceOutcome outcome)
    {
        if (outcome is PlaceOutcome.Placed placed)
            DavProperties.WriteIdentity(request.Context.Response, placed.File);
        return Of(outcome);
    }

    public static DavResult Of(PlaceOutcome outcome) =>
        outcome switch
        {
            PlaceOutcome.Placed placed => placed.Created ? Created : NoContent,
            PlaceOutcome.NotFound => NotFound,
            PlaceOutcome.NoParent => Failure(StatusCodes.Status409Conflict, "There is no folder to put it into"),
            PlaceOutcome.Exists => Failure(
                StatusCodes.Status412PreconditionFailed,
                "There is something already, and it shall not be overwritten"
            ),
            PlaceOutcome.Changed => ConditionFailed,
            PlaceOutcome.IntoItself => Failure(
                StatusCodes.Status403Forbidden,
                "A folder cannot go into itself, nor replace the one that it is in"
            ),
            PlaceOutcome.OverQuota over => Failure(
                StatusCodes.Status507InsufficientStorage,
                $"There is no room: each user may have {over.Quota} bytes",
                new XElement(DavXml.Dav + "quota-not-exceeded")
            ),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Basic realm=\"TaskProcessing\", charset=\"UTF-8\"";
        if (Status == StatusCodes.Status405MethodNotAllowed)
            response.Headers.Allow = DavOptions.VerbsOfFile;
        if (Body is null)
            return;

        response.ContentType = "application/xml; charset=utf-8";
        if (HttpMethods.IsHead(httpContext.Request.Method))
            return;

        await using var writer = XmlWriter.Create(
            response.Body,
            new XmlWriterSettings { Async = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }
        );
        await writer.WriteStartDocumentAsync();
        await Body.WriteToAsync(writer, httpContext.RequestAborted);
    }
}
