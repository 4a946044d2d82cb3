using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav.Properties;
using TaskProcessing.Server.Http.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>GET, HEAD and PUT: the contents of files.</summary>
internal sealed class DavContent(IFileStore files, SaveFile saveFile, DavGuard guard)
{
    public async Task<IResult> GetAsync(DavRequest request, CancellationToken cancellationToken)
    {
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;
        if (file.IsFolder)
            return DavResult.Failure(StatusCodes.Status405MethodNotAllowed, "This is a folder; PROPFIND lists it");

        WriteIdentity(request.Context.Response, file);
        return new FileDownload(file);
    }

    public async Task<IResult> PutAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var http = request.Context.Request;
        if (http.Headers.ContentRange.Count > 0)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "A file can only be written as a whole, or in parts by an upload");

        var existing = await files.FindAtAsync(request.UserId, request.Path, cancellationToken);
        if (existing is { IsFolder: true })
            return DavResult.Failure(StatusCodes.Status405MethodNotAllowed, "This is a folder");
        if (await guard.RefuseAsync(request, [(request.Address, existing is null ? DavChange.Member : DavChange.Content)], cancellationToken) is { } refusal)
            return refusal;
        if (await files.FindAtAsync(request.UserId, request.Path.Parent, cancellationToken) is not { IsFolder: true })
            return DavResult.Of(new PlaceOutcome.NoParent());

        request.Context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var save = new SaveRequest(request.UserId, request.Path, http.Body)
        {
            Length = http.ContentLength,
            ModifiedAt = request.SentModified,
            Checksum = request.SentChecksum,
            MayReplace = request.MayChange,
        };
        return Answer(request, await saveFile.RunAsync(save, cancellationToken));
    }

    /// <summary>The answer to whatever writes a content.</summary>
    public static IResult Answer(DavRequest request, SaveOutcome outcome)
    {
        switch (outcome)
        {
            case SaveOutcome.TooLarge large:
                return DavResult.TooLarge(large.MaxBytes);
            case SaveOutcome.WrongChecksum wrong:
                return DavResult.Failure(StatusCodes.Status400BadRequest, $"The content was damaged on the way: it has the checksum {wrong.Actual}");
            case SaveOutcome.NotPlaced notPlaced:
                return DavResult.Of(notPlaced.Reason);
            case SaveOutcome.Saved saved:
                WriteIdentity(request.Context.Response, saved.File);
                request.Context.Response.Headers.ETag = DavRequest.Quoted(saved.File);
                if (request.SentModified is not null)
                    request.Context.Response.Headers["X-OC-MTime"] = "accepted";

                return saved.Created ? DavResult.Created : DavResult.NoContent;
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }

    /// <summary>By these headers clients of Nextcloud learn the id that a task can name.</summary>
    private static void WriteIdentity(HttpResponse response, StoredFile file)
    {
        response.Headers["OC-FileId"] = DavProperties.LongId(file);
        response.Headers["OC-ETag"] = DavRequest.Quoted(file);
    }
}
