using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Files;

public sealed class BlobsInFolder : BlobStoreConformance
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-blobs-");

    private protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(new FolderBlobStore(_directory.FullName));

    private protected override ValueTask CloseAsync()
    {
        Directory
            .EnumerateFiles(_directory.FullName, "*", SearchOption.AllDirectories)
            .Should()
            .NotContain(path => path.Contains("unfinished"));
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class BlobsInBucket : BlobStoreConformance
{
    private S3Server? _server;
    private S3BlobStore? _blobs;

    private protected override async Task<IBlobStore> OpenAsync()
    {
        _server = await S3Server.StartAsync();
        _blobs = new S3BlobStore(_server.Options);
        return _blobs;
    }

    private protected override async ValueTask CloseAsync()
    {
        _blobs?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
