using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>The lines for a shell that copy all contents of files, for those who copy them by hand.</summary>
internal sealed class ContentCommands(IOptions<FilesOptions> files, IOptions<DataDirectoryOptions> data)
{
    private string Folder => Path.GetFullPath(files.Value.Folder ?? Path.Combine(data.Value.DataDirectory, "files"));

    private string Bucket => ShellWord.Of($"s3://{files.Value.S3.Bucket}/{files.Value.S3.Prefix}");

    private string Service =>
        $"--region={ShellWord.Of(files.Value.S3.Region)}"
        + (files.Value.S3.ServiceUrl is { } url ? $" --endpoint-url={ShellWord.Of(url)}" : "");

    /// <summary>Contents never change: what is there already is left, so the second time takes only what is new.</summary>
    public string ToCopy(string directory) =>
        files.Value.Storage == FileStorage.S3
            ? $"aws s3 sync {Bucket} {ShellWord.Of(directory)} {Service}"
            : $"rsync --archive --mkpath --ignore-existing --exclude=/unfinished {Of(Folder)} {Of(directory)}";

    public string ToRestore(string directory) =>
        files.Value.Storage == FileStorage.S3
            ? $"aws s3 sync {ShellWord.Of(directory)} {Bucket} {Service}"
            : $"rsync --archive --mkpath --ignore-existing {Of(directory)} {Of(Folder)}";

    /// <summary>With a slash, rsync takes what is in it.</summary>
    private static string Of(string directory) => ShellWord.Of($"{directory}/");
}
