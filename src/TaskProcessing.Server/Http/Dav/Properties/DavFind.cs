using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>PROPFIND: what there is, and what is known of it.</summary>
internal sealed class DavFind(IFileStore files, IFileLockStore locks, IOptions<FilesOptions> options, TimeProvider time)
{
    public async Task<IResult> FindAsync(DavRequest request, CancellationToken cancellationToken)
    {
        // The standard takes no depth for infinity; Nextcloud's clients mean 1 by it.
        if (request.Depth(otherwise: 1) is not { } depth)
        {
            return DavResult.Failure(
                StatusCodes.Status403Forbidden, "Folders can only be listed one by one", new XElement(DavXml.Dav + "propfind-finite-depth"));
        }

        var body = await DavXml.ReadAsync(request.Context.Request, cancellationToken);
        if (body is not null && (body.Name != DavXml.Dav + "propfind" || Wish.Read(body) is null))
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The body asks for nothing that can be found");

        var wish = body is null ? Wish.Everything : Wish.Read(body)!;
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;

        List<(StoredFile File, FilePath Path)> found = [(file, request.Path)];
        if (depth == 1 && file.IsFolder)
            found.AddRange((await files.ListAsync(request.UserId, file.Id, cancellationToken)).Select(child => (child, request.Path.Child(child.Name))));

        var surroundings = await LookAroundAsync(request, wish, found, cancellationToken);
        return new MultiStatus(found.Select(entry => MultiStatus.Response(
            request.Address.Href(entry.Path, entry.File.IsFolder),
            wish.Of(new DavProperties.Subject(request, entry.File, entry.Path, surroundings)))));
    }

    private async Task<DavProperties.Surroundings> LookAroundAsync(
        DavRequest request, Wish wish, List<(StoredFile File, FilePath Path)> found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var folders = wish.Wants(DavProperties.Size) ? found.Where(entry => entry.File.IsFolder).Select(entry => entry.File.Id).ToList() : [];
        return new DavProperties.Surroundings(
            now,
            wish.Wants(DavXml.Dav + "lockdiscovery") ? await locks.ListAsync(request.UserId, now, cancellationToken) : [],
            await files.SumFoldersAsync(request.UserId, folders, cancellationToken),
            wish.Wants(DavProperties.QuotaUsed) || wish.Wants(DavProperties.QuotaAvailable) ? await files.SumAllAsync(request.UserId, cancellationToken) : 0,
            options.Value.QuotaBytes);
    }

    /// <summary>Which properties a client wants.</summary>
    /// <param name="Names">These.</param>
    /// <param name="AndDead">And all that clients have set.</param>
    /// <param name="NamesOnly">Their names without their values.</param>
    private sealed record Wish(IReadOnlyCollection<XName> Names, bool AndDead, bool NamesOnly)
    {
        public static Wish Everything { get; } = new([.. DavProperties.Usual], AndDead: true, NamesOnly: false);

        public static Wish? Read(XElement body)
        {
            if (body.Element(DavXml.Dav + "propname") is not null)
                return new Wish([.. DavProperties.Names], AndDead: true, NamesOnly: true);
            if (body.Element(DavXml.Dav + "prop") is { } named)
                return new Wish([.. named.Elements().Select(property => property.Name).Distinct()], AndDead: false, NamesOnly: false);
            if (body.Element(DavXml.Dav + "allprop") is null)
                return null;

            var included = body.Element(DavXml.Dav + "include")?.Elements().Select(property => property.Name) ?? [];
            return Everything with { Names = [.. Everything.Names.Union(included)] };
        }

        public bool Wants(XName name) => Names.Contains(name);

        public IEnumerable<(int Status, XElement Property)> Of(DavProperties.Subject subject)
        {
            var dead = DeadProperties.Read(subject.File);
            foreach (var name in Names)
            {
                var property = DavProperties.Find(name, subject) ?? dead.Find(set => set.Name == name);
                if (property is not null)
                    yield return (StatusCodes.Status200OK, NamesOnly ? new XElement(name) : property);
                else if (!AndDead)
                    yield return (StatusCodes.Status404NotFound, new XElement(name));
            }

            foreach (var property in AndDead ? dead : [])
            {
                if (!Names.Contains(property.Name))
                    yield return (StatusCodes.Status200OK, NamesOnly ? new XElement(property.Name) : property);
            }
        }
    }
}
