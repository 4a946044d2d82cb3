using System.Globalization;
using System.Xml.Linq;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>The properties that the server itself knows of a file or folder. They cannot be set.</summary>
internal static class DavProperties
{
    /// <summary>What stands behind the number in long file ids. Clients take what comes before the first letter for the number.</summary>
    private const string InstanceId = "octaskprocessing";

    /// <summary>Null where a file or folder has no such property.</summary>
    private static readonly Dictionary<XName, Func<Subject, object?>> Known = new()
    {
        [DavXml.Dav + "resourcetype"] = subject => subject.File.IsFolder ? new XElement(DavXml.Dav + "collection") : "",
        [DavXml.Dav + "displayname"] = subject => subject.File.Name.Length > 0 ? subject.File.Name : subject.Request.UserId,
        [DavXml.Dav + "creationdate"] = subject => subject.Path.IsTop ? null : subject.File.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        [DavXml.Dav + "getlastmodified"] = subject => subject.Path.IsTop ? null : subject.File.ModifiedAt.ToString("R", CultureInfo.InvariantCulture),
        // Not for folders: theirs would have to change with everything below.
        [DavXml.Dav + "getetag"] = subject => subject.File.IsFolder ? null : DavRequest.Quoted(subject.File),
        [DavXml.Dav + "getcontentlength"] = subject => subject.File.IsFolder ? null : subject.File.Size,
        [DavXml.Dav + "getcontenttype"] = subject => subject.File.MediaType?.Split(';')[0],
        [DavXml.Dav + "supportedlock"] = _ => new object[] { LockEntry("exclusive"), LockEntry("shared") },
        [DavXml.Dav + "lockdiscovery"] = subject => subject.Surroundings.Locks
            .Where(held => held.Covers(subject.Path))
            .Select(held => DavLocks.Describe(held, subject.Request.Address, subject.Surroundings.Now)),
        [QuotaAvailable] = subject => subject.File.IsFolder ? Available(subject.Surroundings) : null,
        [QuotaUsed] = subject => subject.File.IsFolder ? subject.Surroundings.Used : null,
        [DavXml.OwnCloud + "fileid"] = subject => subject.Path.IsTop ? null : subject.File.Id,
        [DavXml.OwnCloud + "id"] = subject => subject.Path.IsTop ? null : LongId(subject.File),
        [Size] = subject => subject.File.IsFolder ? subject.Surroundings.FolderSizes.GetValueOrDefault(subject.File.Id) : subject.File.Size,
        // G read, D delete, N rename, V move, W write, C and K create in it
        [DavXml.OwnCloud + "permissions"] = subject => !subject.File.IsFolder ? "GDNVW" : subject.Path.IsTop ? "GCK" : "GDNVCK",
        [DavXml.OwnCloud + "checksums"] = subject => subject.File.Checksum is { } checksum ? new XElement(DavXml.OwnCloud + "checksum", checksum) : null,
        [DavXml.OwnCloud + "owner-id"] = subject => subject.Request.UserId,
        [DavXml.OwnCloud + "owner-display-name"] = subject => subject.Request.UserId,
        [DavXml.Nextcloud + "has-preview"] = _ => "false",
    };

    /// <summary>How Nextcloud says that there is no limit.</summary>
    private const long Unlimited = -3;

    public static XName Size => DavXml.OwnCloud + "size";

    public static XName QuotaAvailable => DavXml.Dav + "quota-available-bytes";

    public static XName QuotaUsed => DavXml.Dav + "quota-used-bytes";

    public static IEnumerable<XName> Names => Known.Keys;

    /// <summary>What a client gets that asks for everything: the standard's own properties (the npm package "webdav" finds the quota so).</summary>
    public static IEnumerable<XName> Usual => Known.Keys.Where(name => name.Namespace == DavXml.Dav);

    /// <summary>The number with leading zeros and the name of the installation, as in Nextcloud.</summary>
    public static string LongId(StoredFile file) => file.Id.ToString("00000000", CultureInfo.InvariantCulture) + InstanceId;

    public static bool IsKnown(XName name) => Known.ContainsKey(name);

    /// <returns>Null when there is no such property here.</returns>
    public static XElement? Find(XName name, Subject subject) =>
        Known.TryGetValue(name, out var value) && value(subject) is { } content ? new XElement(name, content) : null;

    private static long Available(Surroundings surroundings) =>
        surroundings.Quota is { } quota ? Math.Max(0, quota - surroundings.Used) : Unlimited;

    private static XElement LockEntry(string scope) => new(
        DavXml.Dav + "lockentry",
        new XElement(DavXml.Dav + "lockscope", new XElement(DavXml.Dav + scope)),
        new XElement(DavXml.Dav + "locktype", new XElement(DavXml.Dav + "write")));

    /// <summary>What the properties are asked of.</summary>
    public sealed record Subject(DavRequest Request, StoredFile File, FilePath Path, Surroundings Surroundings);

    /// <summary>What is counted once for all that a request asks about.</summary>
    public sealed record Surroundings(
        DateTimeOffset Now, IReadOnlyList<FileLock> Locks, IReadOnlyDictionary<long, long> FolderSizes, long Used, long? Quota);
}
