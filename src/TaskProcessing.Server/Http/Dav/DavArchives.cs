using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>GET of a folder: an archive of it, as Nextcloud makes one since 31.</summary>
internal sealed class DavArchives(IFileStore files, IBlobStore blobs)
{
    /// <summary>Under which the archive of all files is saved, and unpacked.</summary>
    private const string NameOfTheTop = "files";

    public async Task<IResult> PackAsync(DavRequest request, StoredFile folder, CancellationToken cancellationToken)
    {
        if (Format(request.Context.Request) is not { } format)
        {
            return DavResult.Failure(
                StatusCodes.Status405MethodNotAllowed,
                "This is a folder. PROPFIND lists it; GET packs it with \"Accept: application/zip\" or \"Accept: application/x-tar\""
            );
        }

        var name = request.Path.IsTop ? NameOfTheTop : request.Path.Name;
        if (!request.Context.Request.Query.TryGetValue("files", out var wanted))
        {
            var whole = new StoredFile
            {
                Id = folder.Id,
                Name = name,
                IsFolder = true,
                ModifiedAt = folder.ModifiedAt,
            };
            return new FolderArchive(files, blobs, request.UserId, name, format, [whole]);
        }

        if (Names(wanted.ToString()) is not { } names)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The parameter \"files\" must be a JSON list of names, or one name");

        var members = (await files.ListAsync(request.UserId, folder.Id, cancellationToken)).Where(file => names.Remove(file.Name)).ToList();
        return names.Count == 0
            ? new FolderArchive(files, blobs, request.UserId, name, format, members)
            : DavResult.Failure(StatusCodes.Status404NotFound, $"There is no \"{names.First()}\" in this folder");
    }

    /// <summary>Pages cannot set a header on a download, so they name the format in the address.</summary>
    private static ArchiveFormat? Format(HttpRequest request)
    {
        IEnumerable<string> accepted = request.Query.TryGetValue("accept", out var parameter)
            ? [parameter.ToString()]
            : request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1).Select(type => type.MediaType.ToString());
        return accepted
            .Select(type =>
                type.ToLowerInvariant() switch
                {
                    "zip" or "application/zip" => ArchiveFormat.Zip,
                    "tar" or "application/x-tar" => ArchiveFormat.Tar,
                    _ => (ArchiveFormat?)null,
                }
            )
            .FirstOrDefault(format => format is not null);
    }

    private static HashSet<string>? Names(string wanted)
    {
        if (!wanted.StartsWith('['))
            return wanted.Length > 0 ? [FileName.Normalize(wanted)] : null;

        try
        {
            var names = JsonSerializer.Deserialize<List<string?>>(wanted)!;
            return names.Contains(null) ? null : [.. names.Select(name => FileName.Normalize(name!))];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
