using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>PROPFIND: lists files and folders with their properties.</summary>
internal sealed class DavFind(IFileStore files, DavListing listing)
{
    public async Task<IResult> FindAsync(DavRequest request, CancellationToken cancellationToken)
    {
        // The standard takes no depth for infinity; Nextcloud's clients mean 1 by it.
        var depth = request.Depth(otherwise: 1);
        var body = await DavBody.ReadAsync(request.Context.Request, cancellationToken);
        if (body is not null && DavName.Of(body) != DavXml.Dav + "propfind")
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The body must be a propfind");
        if ((body is null ? RequestedProperties.Everything : RequestedProperties.Read(body)) is not { } requested)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The body asks for nothing that can be found");
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;

        List<FoundFile> found = [new(file, request.Path)];
        if (file.IsFolder && depth != 0)
            found.AddRange(await ListAsync(request, file, depth, cancellationToken));
        if (depth != 1 && found.Count > DavListing.MaxEntries + 1)
        {
            return DavResult.Failure(
                StatusCodes.Status403Forbidden,
                $"There is too much below this folder to list it with all levels: more than {DavListing.MaxEntries}. "
                    + "Folders can be listed one by one",
                new XElement(DavXml.Dav + "propfind-finite-depth")
            );
        }

        return new MultiStatus(await listing.DescribeAsync(request, requested, found, cancellationToken));
    }

    private async Task<IEnumerable<FoundFile>> ListAsync(
        DavRequest request,
        StoredFile folder,
        int? depth,
        CancellationToken cancellationToken
    )
    {
        if (depth == 1)
        {
            var children = await files.ListAsync(request.UserId, folder.Id, cancellationToken);
            return children.Select(child => new FoundFile(child, request.Path.Child(child.Name)));
        }

        var below = new FileSearch(request.UserId, folder, request.Path, DavListing.MaxEntries + 1) { Depth = depth ?? int.MaxValue };
        return await files.SearchAsync(below, cancellationToken);
    }
}
