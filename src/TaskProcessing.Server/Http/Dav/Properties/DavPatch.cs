using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>
/// PROPPATCH: sets and removes the properties that belong to clients, and sets when a file was last changed, as rclone does; all
/// of it or nothing.
/// </summary>
internal sealed class DavPatch(IFileStore files, DavGuard guard)
{
    /// <summary>Nextcloud's writable name of <c>getlastmodified</c>.</summary>
    private static readonly DavName LastModified = DavXml.Dav + "lastmodified";

    public async Task<IResult> PatchAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var body = await DavBody.ReadAsync(request.Context.Request, cancellationToken);
        if (body is null || DavName.Of(body) != DavXml.Dav + "propertyupdate")
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The body must be a propertyupdate");
        if (await files.FindAtAsync(request.UserId, request.Path, cancellationToken) is not { } file)
            return DavResult.NotFound;
        if (request.Path.IsTop)
            return DavResult.Failure(StatusCodes.Status403Forbidden, "The top folder has no properties of yours");
        if (await guard.RefuseAsync(request, [(request.Address, DavChange.Content)], cancellationToken) is { } refusal)
            return refusal;

        var changes = Read(body);
        DavProperties.CheckCount(changes.Count);
        DateTimeOffset? modifiedAt = null;
        var properties = DeadProperties.Read(file);
        var refused = new Dictionary<DavName, int>();
        foreach (var (name, property) in changes)
        {
            if (name == LastModified && property is not null && DavTime.Read(property.InnerText) is { } time)
                modifiedAt = time;
            else if (name == LastModified)
                refused[name] = property is null ? StatusCodes.Status403Forbidden : StatusCodes.Status409Conflict;
            else if (DavProperties.IsProtected(name))
                refused[name] = StatusCodes.Status403Forbidden;
            else if (property is null)
                properties.Remove(name);
            else
                properties[name] = property.OuterXml;
        }

        var text = DeadProperties.Write(properties.Values);
        var isTooLong = text?.Length > DeadProperties.MaxLength;
        if (refused.Count == 0 && !isTooLong)
            await files.SetPropertiesAsync(request.UserId, file.Id, text, modifiedAt, cancellationToken);

        int Status(DavName name) =>
            refused.Count > 0 ? refused.GetValueOrDefault(name, StatusCodes.Status424FailedDependency)
            : isTooLong ? StatusCodes.Status507InsufficientStorage
            : StatusCodes.Status200OK;
        var answers = changes.Select(change => change.Name).Distinct().Select(name => (Status(name), (XNode)name.ToXml()));
        return new MultiStatus([MultiStatus.Response(request.Address.Href(request.Path, file.IsFolder), answers)]);
    }

    /// <summary>The changes of properties, in the order of the request: the new value, or null for a removal.</summary>
    private static List<(DavName Name, XmlElement? Property)> Read(XmlElement body)
    {
        var changes =
            from change in body.Children()
            from list in change.Children()
            where DavName.Of(list) == DavXml.Dav + "prop"
            from property in list.Children()
            select (DavName.Of(property), DavName.Of(change) == DavXml.Dav + "set" ? property : null);
        return [.. changes];
    }
}
