using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>A place in a user's trees together with the spelling of its address that the client uses.</summary>
/// <param name="Mount">The encoded path of the tree's top, without a slash at the end.</param>
/// <param name="Path">The place.</param>
internal readonly record struct DavAddress(string Mount, FilePath Path)
{
    /// <summary>The longest name, as in Nextcloud.</summary>
    private const int MaxNameLength = 250;

    private const int MaxDepth = 100;

    /// <summary>The encoded path of a place in the same tree.</summary>
    public string Href(FilePath path, bool isFolder)
    {
        var encoded = string.Concat(path.Names.Select(name => "/" + Uri.EscapeDataString(name)));
        return Mount + encoded + (isFolder ? "/" : "");
    }

    /// <summary>
    /// Reads <c>/remote.php/dav/files/USER/…</c>, <c>/remote.php/dav/uploads/USER/…</c> or <c>/remote.php/webdav/…</c>,
    /// also behind a scheme and a host: behind a proxy only the client knows which.
    /// </summary>
    /// <param name="url">As it was sent, encoded.</param>
    /// <param name="userId">Whose places count; those of others do not exist.</param>
    /// <returns>Null when it is no place of the user's, or a name in it is none.</returns>
    public static DavAddress? Parse(string url, string userId)
    {
        // A fragment is no part of an address that is sent; whoever sends one must not hit what is before it.
        if (url.Contains('#', StringComparison.Ordinal))
            return null;

        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            url = url.IndexOf('/', scheme + 3) is var path and >= 0 ? url[path..] : "/";

        var segments = url.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        if (segments is ["index.php", ..])
            segments.RemoveAt(0);

        var user = Uri.EscapeDataString(userId);
        return segments switch
        {
            ["remote.php", "webdav", .. var names] => Create("/remote.php/webdav", FileTree.Files, names),
            ["remote.php", "dav", "files", var owner, .. var names] when owner == userId => Create($"/remote.php/dav/files/{user}", FileTree.Files, names),
            ["remote.php", "dav", "uploads", var owner, .. var names] when owner == userId => Create($"/remote.php/dav/uploads/{user}", FileTree.Uploads, names),
            _ => null,
        };
    }

    private static DavAddress? Create(string mount, FileTree tree, List<string> names) =>
        names.Count <= MaxDepth && names.TrueForAll(IsName) ? new DavAddress(mount, new FilePath(tree, string.Join('/', names))) : null;

    private static bool IsName(string name) =>
        name is not ("." or "..") && name.Length <= MaxNameLength && !name.Any(character => character is '/' or '\\' || char.IsControl(character));
}
