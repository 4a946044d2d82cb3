using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>A place in a user's trees together with the spelling of its address that the client uses.</summary>
/// <param name="Mount">The encoded path of the tree's top, without a slash at the end.</param>
/// <param name="Path">The place.</param>
internal readonly record struct DavAddress(string Mount, FilePath Path)
{
    private const int MaxDepth = 100;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
    /// <param name="url">The encoded address of the request.</param>
    /// <param name="userId">The user whose tree is addressed; other trees do not exist for it.</param>
    /// <param name="isNew">True when the request creates a file there, which needs a valid name.</param>
    /// <returns>Null for a path outside the user's trees, or with an impossible name.</returns>
    /// <exception cref="BadHttpRequestException">A new file cannot have the name; the message has the reason.</exception>
    public static DavAddress? Parse(string url, string userId, bool isNew = false)
    {
        // Clients do not send fragments. An address with one must not reach the resource before it.
        if (url.Contains('#', StringComparison.Ordinal))
            return null;

        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            url = url.IndexOf('/', scheme + 3) is var path and >= 0 ? url[path..] : "/";

        var segments = url.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Decode).ToList();
        if (segments is ["index.php", ..])
            segments.RemoveAt(0);
        if (
            isNew
            && segments is [.., var last]
            && (last is null ? "The name is not valid UTF-8" : FileName.Problem(FileName.Normalize(last))) is { } problem
        )
            throw new BadHttpRequestException(problem);

        return segments switch
        {
            ["remote.php", "webdav", .. var names] => Create("/remote.php/webdav", FileTree.Files, names),
            ["remote.php", "dav", "files", { } owner, .. var names] when IsSame(owner, userId) => Create(
                $"/remote.php/dav/files/{Uri.EscapeDataString(owner)}",
                FileTree.Files,
                names
            ),
            ["remote.php", "dav", "uploads", { } owner, .. var names] when IsSame(owner, userId) => Create(
                $"/remote.php/dav/uploads/{Uri.EscapeDataString(owner)}",
                FileTree.Uploads,
                names
            ),
            _ => null,
        };
    }

    /// <summary>Compares in any case: clients put the typed login name into the address, and expect it in the answer.</summary>
    private static bool IsSame(string owner, string userId) => LoginName.IsPossible(owner) && LoginName.Key(owner) == LoginName.Key(userId);

    private static DavAddress? Create(string mount, FileTree tree, List<string?> names) =>
        names.Count <= MaxDepth && names.TrueForAll(IsPossible)
            ? new DavAddress(mount, new FilePath(tree, string.Join('/', names.Select(name => FileName.Normalize(name!)))))
            : null;

    /// <summary>True when a file can have the name, also a name from before the present rules.</summary>
    private static bool IsPossible(string? name) =>
        name is not (null or "." or "..")
        && !name.Contains('/', StringComparison.Ordinal)
        && !name.Contains('\0', StringComparison.Ordinal);

    /// <summary>As <see cref="Uri.UnescapeDataString(string)"/>, but null for bytes that are no UTF-8: these it would leave escaped.</summary>
    private static string? Decode(string segment)
    {
        try
        {
            var bytes = StrictUtf8.GetBytes(segment);
            var length = 0;
            for (var at = 0; at < bytes.Length; at++, length++)
            {
                var isEscaped = bytes[at] == '%' && at + 2 < bytes.Length;
                if (
                    isEscaped
                    && Convert.FromHexString(bytes.AsSpan(at + 1, 2), bytes.AsSpan(length, 1), out _, out _) == OperationStatus.Done
                )
                    at += 2;
                else
                    bytes[length] = bytes[at];
            }

            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
