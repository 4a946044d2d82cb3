namespace TaskProcessing.Server.Files;

/// <summary>A file or folder of a user, or a file that belongs to a task.</summary>
internal sealed class StoredFile
{
    public long Id { get; set; }

    /// <summary>The user whose file it is; null for result files, which belong to their task.</summary>
    public string? UserId { get; init; }

    /// <summary>The task that the file is a result of; it goes with its task. Null for users' files.</summary>
    public long? TaskId { get; init; }

    /// <summary>The folder that it lies in, or the number of a <see cref="FileTree"/> for what lies at its top.</summary>
    public long ParentId { get; set; }

    public required string Name { get; set; }

    public bool IsFolder { get; init; }

    /// <summary>Where the content is; null for folders. Contents never change, so this is the ETag too; copies share it.</summary>
    public string? BlobKey { get; set; }

    /// <summary>In bytes; 0 for folders.</summary>
    public long Size { get; set; }

    /// <summary>What a browser may safely be told that the content is; see <see cref="MediaTypes"/>. Null for folders.</summary>
    public string? MediaType { get; set; }

    /// <summary>The checksum that the uploader sent along, such as <c>SHA1:…</c>; it was found right.</summary>
    public string? Checksum { get; set; }

    /// <summary>WebDAV properties that mean something only to clients: an XML document, or null.</summary>
    public string? Properties { get; set; }

    public DateTimeOffset ModifiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its user deleted it; it is kept as long as an unfinished task names it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes whenever the content does. Without quotes.</summary>
    public string ETag => BlobKey ?? $"{Id:x}-{ModifiedAt.ToUnixTimeMilliseconds():x}";
}

/// <summary>The trees of a user. The numbers are the parents of what lies at their top.</summary>
internal enum FileTree : long
{
    /// <summary>The user's files.</summary>
    Files = 0,

    /// <summary>Parts of uploads that are not complete yet, a folder for each upload.</summary>
    Uploads = -1,
}

/// <summary>A place in one of a user's trees.</summary>
/// <param name="Tree">Which tree.</param>
/// <param name="Text">The names from the top, joined by slashes; empty for the top itself.</param>
internal readonly record struct FilePath(FileTree Tree, string Text)
{
    public bool IsTop => Text.Length == 0;

    /// <summary>From the top down.</summary>
    public string[] Names => IsTop ? [] : Text.Split('/');

    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>The folder above; the top is its own.</summary>
    public FilePath Parent => this with { Text = Text[..Math.Max(0, Text.LastIndexOf('/'))] };

    public FilePath Child(string name) => this with { Text = IsTop ? name : $"{Text}/{name}" };

    /// <summary>Whether this lies somewhere below the other.</summary>
    public bool IsBelow(FilePath other) =>
        Tree == other.Tree && (other.IsTop ? !IsTop : Text.StartsWith(other.Text + "/", StringComparison.Ordinal));
}
