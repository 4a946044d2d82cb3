using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Section <c>Files:S3</c>: the bucket for file contents. It must exist, and be used for nothing else below the prefix.</summary>
internal sealed class S3Options
{
    /// <summary>The bucket.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>The prefix of all object keys, such as <c>taskprocessing/</c>. Default none.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The address of an S3 service other than Amazon's.</summary>
    public string? ServiceUrl { get; set; }

    /// <summary>The region. Default <c>us-east-1</c>.</summary>
    [Required]
    public string Region { get; set; } = "us-east-1";

    /// <summary>The access key; without one the AWS SDK looks in the environment, its files and the machine's role.</summary>
    public string? AccessKey { get; set; }

    /// <summary>The secret of the access key.</summary>
    public string? SecretKey { get; set; }

    /// <summary>
    /// True when the bucket is part of the path (<c>host/bucket/key</c>), as most services other than Amazon's need it.
    /// Default false.
    /// </summary>
    public bool ForcePathStyle { get; set; }

    /// <summary>
    /// The seconds that the service may take to answer one request, including the upload of a part of
    /// <see cref="PartBytes"/>. Default 100.
    /// </summary>
    [Range(1, 3600)]
    public int TimeoutSeconds { get; set; } = 100;

    /// <summary>
    /// The size of the parts in which large contents are sent, each held in memory. Default 16 MiB, which allows for files of
    /// 160 GB.
    /// </summary>
    [Range(5 * 1024 * 1024, 512 * 1024 * 1024)]
    public int PartBytes { get; set; } = 16 * 1024 * 1024;
}
