using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>MKCOL, DELETE, COPY and MOVE: changes of the tree.</summary>
internal sealed class DavTree(
    IFileStore files,
    IFileLockStore locks,
    AssembleUpload assembleUpload,
    DavGuard guard,
    IOptions<FilesOptions> options,
    TimeProvider time
)
{
    /// <summary>The name under which the whole of an upload in parts is moved to its place.</summary>
    private const string WholeUpload = ".file";

    public async Task<IResult> MakeFolderAsync(DavRequest request, CancellationToken cancellationToken)
    {
        if (
            request.Context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody
            && await HasBodyAsync(request, cancellationToken)
        )
            return DavResult.Failure(StatusCodes.Status415UnsupportedMediaType, "A new folder takes no body");
        if (request.Path.Tree == FileTree.Uploads)
        {
            if (request.Path.Names.Length > 1)
                return DavResult.Failure(StatusCodes.Status403Forbidden, "The folder of an upload holds parts, and no folders");
            if (request.SentTotalLength > options.Value.MaxUploadBytes)
                return DavResult.TooLarge(options.Value.MaxUploadBytes);
        }

        if (await guard.RefuseAsync(request, [(request.Address, DavChange.Member)], cancellationToken) is { } refusal)
            return refusal;

        return await files.AddFolderAsync(request.UserId, request.Path, time.GetUtcNow(), cancellationToken) switch
        {
            PlaceOutcome.Exists => DavResult.Failure(StatusCodes.Status405MethodNotAllowed, "There is something already"),
            var outcome => DavResult.Of(request, outcome),
        };
    }

    public async Task<IResult> DeleteAsync(DavRequest request, CancellationToken cancellationToken)
    {
        if (request.Path.IsTop)
            return DavResult.Failure(StatusCodes.Status403Forbidden, "The top folder cannot be deleted");
        if (await guard.RefuseAsync(request, [(request.Address, DavChange.Tree)], cancellationToken) is { } refusal)
            return refusal;
        if (!await files.DeleteAsync(request.UserId, request.Path, time.GetUtcNow(), cancellationToken))
            return DavResult.NotFound;

        await RemoveLocksAsync(request.UserId, [request.Path]);
        return DavResult.NoContent;
    }

    public async Task<IResult> CopyAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var destination = request.Destination();
        if (destination.Path.Tree != request.Path.Tree)
            return DavResult.Failure(StatusCodes.Status403Forbidden, "Parts of uploads cannot be copied");
        if (await guard.RefuseAsync(request, [(destination, DavChange.Tree)], cancellationToken) is { } refusal)
            return refusal;

        var transfer = Transfer(request, destination) with { Deep = request.Depth(otherwise: null) != 0, Quota = options.Value.QuotaBytes };
        var outcome = await files.CopyAsync(transfer, cancellationToken);
        if (outcome is PlaceOutcome.Placed { Created: false })
            await RemoveLocksAsync(request.UserId, [destination.Path], below: true);

        return DavResult.Of(request, outcome);
    }

    public async Task<IResult> MoveAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var destination = request.Destination();
        if (request.Path.Tree == FileTree.Uploads && request.Path.Name == WholeUpload && destination.Path.Tree == FileTree.Files)
            return await AssembleAsync(request, destination, cancellationToken);
        if (destination.Path.Tree != request.Path.Tree)
            return DavResult.Failure(StatusCodes.Status403Forbidden, $"Of an upload in parts only {WholeUpload} can be moved to its place");
        if (
            await guard.RefuseAsync(request, [(request.Address, DavChange.Tree), (destination, DavChange.Tree)], cancellationToken) is
            { } refusal
        )
            return refusal;

        var outcome = await files.MoveAsync(Transfer(request, destination), cancellationToken);
        if (outcome is PlaceOutcome.Placed)
        {
            await RemoveLocksAsync(request.UserId, [request.Path]);
            await RemoveLocksAsync(request.UserId, [destination.Path], below: true);
        }

        return DavResult.Of(request, outcome);
    }

    private async Task<IResult> AssembleAsync(DavRequest request, DavAddress destination, CancellationToken cancellationToken)
    {
        var existing = await files.FindAtAsync(request.UserId, destination.Path, cancellationToken);
        var change = existing is null ? DavChange.Member : DavChange.Content;
        if (await guard.RefuseAsync(request with { Address = destination }, [(destination, change)], cancellationToken) is { } refusal)
            return refusal;
        if (existing is not null && !request.Overwrite)
            return DavResult.Of(new PlaceOutcome.Exists(existing));

        var save = new SaveRequest(request.UserId, destination.Path, Stream.Null)
        {
            ModifiedAt = request.SentModified,
            Checksum = request.SentChecksum,
            MayReplace = request.MayChange,
        };
        return await assembleUpload.RunAsync(request.Path.Parent, save, request.SentTotalLength, cancellationToken) switch
        {
            AssembleOutcome.Done done => DavContent.Answer(request, done.Outcome),
            _ => DavResult.NotFound,
        };
    }

    private FileTransfer Transfer(DavRequest request, DavAddress destination) =>
        new(request.UserId, request.Path, destination.Path, request.Overwrite, time.GetUtcNow());

    /// <summary>
    /// Removes the locks of paths and of everything below them. With <paramref name="below"/> a lock on the path itself
    /// stays, because another file takes its place.
    /// </summary>
    private async Task RemoveLocksAsync(string userId, FilePath[] places, bool below = false)
    {
        var held = await locks.ListAsync(userId, time.GetUtcNow(), CancellationToken.None);
        var tokens = held.Where(other => places.Any(place => other.Path.IsBelow(place) || (!below && other.Path == place)))
            .Select(other => other.Token)
            .ToList();
        if (tokens.Count > 0)
            await locks.RemoveAsync(userId, tokens, CancellationToken.None);
    }

    private static async Task<bool> HasBodyAsync(DavRequest request, CancellationToken cancellationToken) =>
        await request.Context.Request.Body.ReadAsync(new byte[1], cancellationToken) > 0;
}
