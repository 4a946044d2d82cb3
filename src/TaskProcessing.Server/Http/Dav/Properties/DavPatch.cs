using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>PROPPATCH: sets and removes the properties that belong to clients, all of them or none.</summary>
internal sealed class DavPatch(IFileStore files, DavGuard guard)
{
    public async Task<IResult> PatchAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var body = await DavXml.ReadAsync(request.Context.Request, cancellationToken);
        if (body?.Name != DavXml.Dav + "propertyupdate")
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The body must be a propertyupdate");
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;
        if (request.Path.IsTop)
            return DavResult.Failure(StatusCodes.Status403Forbidden, "The top folder has no properties of yours");
        if (await guard.RefuseAsync(request, [(request.Address, DavChange.Content)], cancellationToken) is { } refusal)
            return refusal;

        var changes = body.Elements().SelectMany(change => change.Elements(DavXml.Dav + "prop").Elements(), (change, property) => (Set: change.Name == DavXml.Dav + "set", Property: property)).ToList();
        var properties = DeadProperties.Read(file);
        foreach (var (set, property) in changes)
        {
            properties.RemoveAll(there => there.Name == property.Name);
            if (set)
                properties.Add(property);
        }

        var text = DeadProperties.Write(properties);
        var isProtected = changes.Exists(change => DavProperties.IsKnown(change.Property.Name));
        var isTooLong = text?.Length > DeadProperties.MaxLength;
        if (!isProtected && !isTooLong)
            await files.SetPropertiesAsync(file.Id, text, cancellationToken);

        int Status(XName name) => (isProtected, isTooLong) switch
        {
            (true, _) => DavProperties.IsKnown(name) ? StatusCodes.Status403Forbidden : StatusCodes.Status424FailedDependency,
            (_, true) => StatusCodes.Status507InsufficientStorage,
            _ => StatusCodes.Status200OK,
        };
        var answers = changes.Select(change => change.Property.Name).Distinct().Select(name => (Status(name), new XElement(name)));
        return new MultiStatus([MultiStatus.Response(request.Address.Href(request.Path, file.IsFolder), answers)]);
    }
}
