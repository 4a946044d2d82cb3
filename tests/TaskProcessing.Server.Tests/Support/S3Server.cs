using System.Diagnostics;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// An S3 server of one test's own, from npm (<c>npm ci</c> in tests/npm). Without it the tests that want one are
/// skipped, visibly. It ends with its standard input, so with this process at the latest.
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    private const string Bucket = "test";

    private readonly DirectoryInfo _directory;
    private readonly Process _process;

    private S3Server(DirectoryInfo directory, Process process, int port)
    {
        _directory = directory;
        _process = process;
        Options = new S3Options
        {
            Bucket = Bucket,
            ServiceUrl = $"http://127.0.0.1:{port}",
            ForcePathStyle = true,
            AccessKey = "S3RVER",
            SecretKey = "S3RVER",
            PartBytes = 5 * 1024 * 1024,
        };
        Settings = new Dictionary<string, string>
        {
            ["Files:Storage"] = "S3",
            ["Files:S3:Bucket"] = Bucket,
            ["Files:S3:ServiceUrl"] = Options.ServiceUrl,
            ["Files:S3:ForcePathStyle"] = "true",
            ["Files:S3:AccessKey"] = Options.AccessKey,
            ["Files:S3:SecretKey"] = Options.SecretKey,
        };
    }

    public S3Options Options { get; }

    /// <summary>The settings for a server under test.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public static async Task<S3Server> StartAsync()
    {
        NpmTools.Need("s3rver");
        var directory = Directory.CreateTempSubdirectory("taskprocessing-s3-");
        var process = NpmTools.Start("s3-server.mjs", "s3rver", directory.FullName, Bucket);
        return new S3Server(directory, process, int.Parse((await process.StandardOutput.ReadLineAsync())!));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
