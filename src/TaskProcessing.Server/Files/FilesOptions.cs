using System.ComponentModel.DataAnnotations;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Section <c>Files</c>: where file contents are kept, and how much.</summary>
internal sealed class FilesOptions : ICheckedOptions
{
    /// <summary>Where contents are kept. Default <c>Folder</c>.</summary>
    [EnumDataType(typeof(FileStorage))]
    public FileStorage Storage { get; set; } = FileStorage.Folder;

    /// <summary>The folder for contents, when they are kept in one; default <c>files</c> in the data directory. Nodes of one server must share it.</summary>
    public string? Folder { get; set; }

    /// <summary>The bucket for contents, when they are kept in one.</summary>
    public S3Options S3 { get; set; } = new();

    /// <summary>The largest file, in bytes. Default 16 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxUploadBytes { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>How many bytes of files each user may have, unfinished uploads included; default null, any number. Result files of tasks do not count.</summary>
    [Range(1, long.MaxValue)]
    public long? QuotaBytes { get; set; }

    /// <summary>How many files a task may name as its input, and how many a provider may upload for it. Default 100.</summary>
    [Range(1, 100_000)]
    public int MaxFilesPerTask { get; set; } = 100;

    /// <summary>After how many hours an upload that nobody goes on with, or a result file that no result named, is removed. Default 24.</summary>
    [Range(1, 8760)]
    public int KeepUnfinishedHours { get; set; } = 24;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Storage == FileStorage.S3 && string.IsNullOrWhiteSpace(S3.Bucket))
            yield return ("S3:Bucket", "must be set when Files:Storage is S3");
        if (S3.ServiceUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return ("S3:ServiceUrl", $"\"{url}\" must be an address like https://s3.example.org");
    }
}

/// <summary>Where contents can be kept.</summary>
internal enum FileStorage
{
    /// <summary>A folder of this machine, or of a network file system.</summary>
    Folder,

    /// <summary>A bucket of an S3 service.</summary>
    S3,
}
