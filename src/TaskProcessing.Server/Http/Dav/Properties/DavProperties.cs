using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>The properties that the server itself knows of a file or folder. They cannot be set.</summary>
internal static class DavProperties
{
    /// <summary>
    /// The text after the number in long file ids. Clients read the digits before the first letter as the number.
    /// </summary>
    public const string InstanceId = "octaskprocessing";

    /// <summary>Null where a file or folder has no such property.</summary>
    private static readonly Dictionary<DavName, Func<Subject, object?>> Known = new()
    {
        [DavXml.Dav + "resourcetype"] = subject => subject.File.IsFolder ? new XElement(DavXml.Dav + "collection") : "",
        [DavXml.Dav + "displayname"] = subject => subject.File.Name.Length > 0 ? subject.File.Name : subject.Request.UserId,
        [DavXml.Dav + "creationdate"] = subject =>
            subject.File.Id > 0
                ? subject.File.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                : null,
        [DavXml.Dav + "getlastmodified"] = subject =>
            subject.File.Id > 0 ? subject.File.ModifiedAt.ToString("R", CultureInfo.InvariantCulture) : null,
        [DavXml.Dav + "getetag"] = subject => DavRequest.Quoted(subject.File),
        [DavXml.Dav + "getcontentlength"] = subject => subject.File.IsFolder ? null : subject.File.Size,
        [DavXml.Dav + "getcontenttype"] = subject => subject.File.MediaType?.Split(';')[0],
        [DavXml.Dav + "supportedlock"] = _ => new object[] { LockEntry("exclusive"), LockEntry("shared") },
        [DavXml.Dav + "lockdiscovery"] = subject =>
            subject
                .SharedValues.Locks.Where(held => held.Covers(subject.Path))
                .Select(held => DavLocks.Describe(held, subject.Request.Address, subject.SharedValues.Now)),
        [QuotaAvailable] = subject => subject.File.IsFolder ? Available(subject.SharedValues) : null,
        [QuotaUsed] = subject => subject.File.IsFolder ? subject.SharedValues.Used : null,
        [DavXml.OwnCloud + "fileid"] = subject => subject.File.Id > 0 ? subject.File.Id : null,
        [DavXml.OwnCloud + "id"] = subject => subject.File.Id > 0 ? LongId(subject.File) : null,
        [Size] = subject => subject.File.IsFolder ? subject.SharedValues.FolderSizes.GetValueOrDefault(subject.File.Id) : subject.File.Size,
        // G read, D delete, N rename, V move, W write, C and K create in it
        [DavXml.OwnCloud + "permissions"] = subject =>
            !subject.File.IsFolder ? "GDNVW"
            : subject.Path.IsTop ? "GCK"
            : "GDNVCK",
        [DavXml.OwnCloud + "checksums"] = subject =>
            subject.File.Checksum is { } checksum ? new XElement(DavXml.OwnCloud + "checksum", checksum) : null,
        // As an element of the server's own, with 0 too: nc_py_api reads neither one that declares its namespace nor none.
        [Favorite] = subject => DeadProperties.IsFavorite(subject.File) ? "1" : "0",
        [DavXml.OwnCloud + "owner-id"] = subject => subject.Request.UserId,
        [DavXml.OwnCloud + "owner-display-name"] = subject => subject.Request.UserId,
        [DavXml.Nextcloud + "has-preview"] = _ => "false",
    };

    /// <summary>Nextcloud's value for no limit.</summary>
    private const long Unlimited = -3;

    /// <summary>The user's star. Unlike all other properties of the server it can be set.</summary>
    public static XName Favorite => DavXml.OwnCloud + "favorite";

    public static XName Size => DavXml.OwnCloud + "size";

    public static XName QuotaAvailable => DavXml.Dav + "quota-available-bytes";

    public static XName QuotaUsed => DavXml.Dav + "quota-used-bytes";

    public static IEnumerable<DavName> Names => Known.Keys;

    /// <summary>
    /// The properties for a client that asks for all: the standard's own (the npm package "webdav" finds the quota so).
    /// </summary>
    public static IEnumerable<DavName> Usual => Known.Keys.Where(name => name.Namespace == DavXml.Dav.NamespaceName);

    /// <summary>The number with leading zeros and the name of the installation, as in Nextcloud.</summary>
    public static string LongId(StoredFile file) => file.Id.ToString("00000000", CultureInfo.InvariantCulture) + InstanceId;

    /// <summary>By these headers clients of Nextcloud learn the id that a task can name, and whether they know the content.</summary>
    public static void WriteIdentity(HttpResponse response, StoredFile file)
    {
        response.Headers["OC-FileId"] = LongId(file);
        response.Headers["OC-ETag"] = DavRequest.Quoted(file);
    }

    /// <summary>The limit of properties in a request: the answer repeats each of them for each member of a folder.</summary>
    private const int MaxNamed = 250;

    /// <exception cref="BadHttpRequestException">The request names more than it may.</exception>
    public static void CheckCount(int named)
    {
        if (named > MaxNamed)
            throw new BadHttpRequestException(
                $"A request may name {MaxNamed} properties, not {named}",
                StatusCodes.Status413PayloadTooLarge
            );
    }

    public static bool IsProtected(DavName name) => Known.ContainsKey(name) && name != Favorite;

    /// <returns>Null when there is no such property here.</returns>
    public static XElement? Find(DavName name, Subject subject) =>
        Known.TryGetValue(name, out var value) && value(subject) is { } content
            ? new XElement(XName.Get(name.Local, name.Namespace), content is string text ? DavXml.Writable(text) : content)
            : null;

    private static long Available(SharedValues shared) => shared.Quota is { } quota ? Math.Max(0, quota - shared.Used) : Unlimited;

    private static XElement LockEntry(string scope) =>
        new(
            DavXml.Dav + "lockentry",
            new XElement(DavXml.Dav + "lockscope", new XElement(DavXml.Dav + scope)),
            new XElement(DavXml.Dav + "locktype", new XElement(DavXml.Dav + "write"))
        );

    /// <summary>The file or folder whose properties are read.</summary>
    public sealed record Subject(DavRequest Request, StoredFile File, FilePath Path, SharedValues SharedValues);

    /// <summary>The values that are counted once for a whole request.</summary>
    public sealed record SharedValues(
        DateTimeOffset Now,
        IReadOnlyList<FileLock> Locks,
        IReadOnlyDictionary<long, long> FolderSizes,
        long Used,
        long? Quota
    );
}
