using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav.Properties;
using TaskProcessing.Server.Http.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>GET, HEAD and PUT: the contents of files.</summary>
internal sealed class DavContent(IFileStore files, SaveFile saveFile, DavArchives archives, DavGuard guard)
{
    public async Task<IResult> GetAsync(DavRequest request, CancellationToken cancellationToken)
    {
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;
        if (file.IsFolder)
            return await archives.PackAsync(request, file, cancellationToken);

        DavProperties.WriteIdentity(request.Context.Response, file);
        // Nextcloud's desktop client compares it with the received content.
        if (file.Checksum is { } checksum)
            request.Context.Response.Headers["OC-Checksum"] = checksum;
        return new FileDownload(file);
    }

    public async Task<IResult> PutAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var http = request.Context.Request;
        if (http.Headers.ContentRange.Count > 0)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "A file can only be written as a whole, or in parts by an upload");
        // The older way of sending parts. Stored as files, they would stand for the whole file, which clients then
        // remove.
        if (http.Headers["OC-Chunked"].Count > 0)
        {
            return DavResult.Failure(
                StatusCodes.Status501NotImplemented,
                "OC-Chunked is not supported; parts of a file go to /remote.php/dav/uploads, as the capability dav.chunking 1.0 says"
            );
        }

        var isPart = request.Path.Tree == FileTree.Uploads;
        if (isPart && (request.Path.Names.Length != 2 || UploadPart.Order(request.Path.Name) is null))
        {
            return DavResult.Failure(
                StatusCodes.Status400BadRequest,
                $"A part lies in the folder of its upload and is called by a number from 1 to {UploadPart.MaxNumber}, "
                    + "or by its first byte in 16 digits, or by its first and last byte with a dash between"
            );
        }

        // With a part it is the length of the whole, which counts when the parts are put together.
        var length = isPart ? http.ContentLength : request.SentTotalLength ?? http.ContentLength;
        var existing = await files.FindAtAsync(request.UserId, request.Path, cancellationToken);
        if (existing is { IsFolder: true })
            return DavResult.Failure(StatusCodes.Status405MethodNotAllowed, "This is a folder");
        if (
            await guard.RefuseAsync(
                request,
                [(request.Address, existing is null ? DavChange.Member : DavChange.Content)],
                cancellationToken
            ) is
            { } refusal
        )
            return refusal;
        if (await files.FindAtAsync(request.UserId, request.Path.Parent, cancellationToken) is not { IsFolder: true })
            return DavResult.Of(new PlaceOutcome.NoParent());

        request.Context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var save = new SaveRequest(request.UserId, request.Path, http.Body)
        {
            Length = length,
            ModifiedAt = request.SentModified,
            Checksum = request.SentChecksum,
            MayReplace = request.MayChange,
        };
        return Answer(request, await saveFile.RunAsync(save, cancellationToken));
    }

    /// <summary>The answer to a request that writes a content.</summary>
    public static IResult Answer(DavRequest request, SaveOutcome outcome)
    {
        switch (outcome)
        {
            case SaveOutcome.TooLarge large:
                return DavResult.TooLarge(large.MaxBytes);
            case SaveOutcome.WrongChecksum wrong:
                return DavResult.Failure(
                    StatusCodes.Status400BadRequest,
                    $"The content was damaged on the way: it has the checksum {wrong.Actual}"
                );
            case SaveOutcome.WrongLength wrong:
                return DavResult.Failure(
                    StatusCodes.Status400BadRequest,
                    $"The content is not complete: it has {wrong.Actual} bytes, not as many as OC-Total-Length says"
                );
            case SaveOutcome.NotPlaced notPlaced:
                return DavResult.Of(notPlaced.Reason);
            case SaveOutcome.Saved saved:
                DavProperties.WriteIdentity(request.Context.Response, saved.File);
                request.Context.Response.Headers.ETag = DavRequest.Quoted(saved.File);
                if (request.SentModified is not null)
                    request.Context.Response.Headers["X-OC-MTime"] = "accepted";

                return saved.Created ? DavResult.Created : DavResult.NoContent;
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }
}
