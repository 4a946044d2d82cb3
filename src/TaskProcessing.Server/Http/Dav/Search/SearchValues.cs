using System.Globalization;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Dav.Properties;

namespace TaskProcessing.Server.Http.Dav.Search;

/// <summary>
/// The searchable properties: the value of a file, and the literal of a client. A value is null where a file or folder
/// has none; it is a whole number, also for times (Unix seconds), or text.
/// </summary>
internal static class SearchValues
{
    /// <summary>Nextcloud's type of folders. It is never sent, but searched for.</summary>
    private const string FolderType = "httpd/unix-directory";

    public static SearchValue? Find(DavName name, string userId) => All(userId).GetValueOrDefault(name);

    public static IEnumerable<string> Names { get; } = [.. All("").Keys.Select(name => name.Local)];

    private static Dictionary<DavName, SearchValue> All(string userId) =>
        new()
        {
            [DavXml.OwnCloud + "fileid"] = Id,
            [DavXml.OwnCloud + "id"] = Id,
            [DavXml.Dav + "displayname"] = new(file => file.Name, FileName.Normalize),
            [DavXml.Dav + "getcontenttype"] = new(file => file.IsFolder ? FolderType : file.MediaType?.Split(';')[0], text => text),
            [DavXml.Dav + "getlastmodified"] = Time(file => file.ModifiedAt),
            [DavXml.Dav + "creationdate"] = Time(file => file.CreatedAt),
            [DavXml.Nextcloud + "creation_time"] = Time(file => file.CreatedAt),
            [DavXml.Nextcloud + "upload_time"] = Time(file => file.CreatedAt),
            [DavXml.OwnCloud + "size"] = Size,
            [DavXml.Dav + "getcontentlength"] = Size,
            [DavXml.OwnCloud + "owner-id"] = new(_ => userId, text => text),
            [DavProperties.Favorite] = new(
                file => DeadProperties.IsFavorite(file) ? 1L : 0L,
                text => text is "1" or "yes" or "true" ? 1L : 0L
            ),
        };

    private static SearchValue Id { get; } = new(file => file.Id, text => ReadId(text));

    /// <summary>Folders have no size to search by: it would have to be added up for each.</summary>
    private static SearchValue Size { get; } =
        new(
            file => file.IsFolder ? null : file.Size,
            text => long.TryParse(text, CultureInfo.InvariantCulture, out var size) ? size : null
        );

    private static SearchValue Time(Func<StoredFile, DateTimeOffset> time) =>
        new(file => time(file).ToUnixTimeSeconds(), text => DavTime.Read(text)?.ToUnixTimeSeconds());

    /// <summary>The number alone, or the long one of <c>OC-FileId</c>. That of another installation names no file.</summary>
    private static long? ReadId(string sent)
    {
        var text = sent.Trim();
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text : text[..end];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;

        return end < 0 || text[end..] == DavProperties.InstanceId ? id : -1L;
    }
}

/// <param name="Of">The value of a file: a <c>long</c>, a <c>string</c>, or null.</param>
/// <param name="Read">The value that a client means; null when it is none.</param>
internal sealed record SearchValue(Func<StoredFile, object?> Of, Func<string, object?> Read);
