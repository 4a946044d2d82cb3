using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Section <c>Files</c>: where file contents are kept, and how much.</summary>
internal sealed class FilesOptions : IValidatableObject
{
    /// <summary>The place of contents. Default <c>Folder</c>.</summary>
    [EnumDataType(typeof(FileStorage))]
    public FileStorage Storage { get; set; } = FileStorage.Folder;

    /// <summary>
    /// The folder for contents, when they are kept in one; default <c>files</c> in the data directory. Nodes of one server must
    /// share it.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>The bucket for contents, when they are kept in one.</summary>
    public S3Options S3 { get; set; } = new();

    /// <summary>The largest file, in bytes. Default 16 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxUploadBytes { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>
    /// The limit in bytes for the files of each user, unfinished uploads included; default null, no limit. Result files
    /// of tasks do not count.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long? QuotaBytes { get; set; }

    /// <summary>The limit of files in a task's input, and of files that a provider uploads for a task. Default 100.</summary>
    [Range(1, 100_000)]
    public int MaxFilesPerTask { get; set; } = 100;

    /// <summary>
    /// The hours after which an abandoned upload, or a result file that no result named, is removed. Default 24.
    /// </summary>
    [Range(0.01, 8760)]
    public double KeepUnfinishedHours { get; set; } = 24;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Storage == FileStorage.S3 && string.IsNullOrWhiteSpace(S3.Bucket))
            yield return new ValidationResult("must be set when Files:Storage is S3", ["S3:Bucket"]);
        if (S3.ServiceUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return new ValidationResult($"\"{url}\" must be an address like https://s3.example.org", ["S3:ServiceUrl"]);
    }
}

/// <summary>The kinds of storage for contents.</summary>
internal enum FileStorage
{
    /// <summary>A folder of this machine, or of a network file system.</summary>
    Folder,

    /// <summary>A bucket of an S3 service.</summary>
    S3,
}
