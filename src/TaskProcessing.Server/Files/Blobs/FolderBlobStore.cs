using System.Runtime.CompilerServices;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Blobs as files of a folder; several nodes can share it over a network file system. A blob is written beside its place
/// and renamed when it is complete and on disk; it is there for good when its name is on disk too. Its directory is named
/// after the key's last digits: the first ones are the time, and the same for all that are written within hours.
/// </summary>
internal sealed class FolderBlobStore(string root) : IBlobStore
{
    private const int BufferSize = 128 * 1024;

    // Linux's own numbers; .NET passes on those for which it has no exception.
    private const int Broken = 5;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int OverQuota = 122;

    private readonly string _root = Path.GetFullPath(root);
    private readonly DurableDirectories _directories = new(Path.GetFullPath(root));

    public string Location => $"the folder {_root}";

    private string Unfinished => Path.Combine(_root, "unfinished");

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var (unfinished, place) = (Path.Combine(Unfinished, key), PathOf(key));
        try
        {
            CreateFolder();
            await using (
                var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true)
            )
            {
                await content.CopyToAsync(file, BufferSize, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            var directory = Path.GetDirectoryName(place)!;
            _directories.Create(directory);
            File.Move(unfinished, place);
            DurableDirectories.Flush(directory);
        }
        catch (Exception error)
        {
            DeleteQuietly(unfinished);
            DeleteQuietly(place);
            if (IsOurs(error))
                throw Unavailable(error);
            throw;
        }
    }

    public Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken)
    {
        try
        {
            Stream file = new FileStream(
                PathOf(key),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                bufferSize: 0,
                useAsync: true
            );
            file.Position = offset;
            return Task.FromResult<Stream?>(file);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception error) when (IsOurs(error))
        {
            throw Unavailable(error);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var path in new[] { PathOf(key), Path.Combine(Unfinished, key) })
            {
                if (File.Exists(path))
                    File.Delete(path);
            }

            return Task.CompletedTask;
        }
        catch (Exception error) when (IsOurs(error))
        {
            throw Unavailable(error);
        }
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(_root))
            yield break;

        foreach (var file in new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (BlobKey.IsOne(file.Name) && file.FullName == PathOf(file.Name))
                yield return new BlobInfo(file.Name, file.Length);
        }
    }

    /// <summary>Of several mistakes, such as a file in the place of a folder, .NET tells only in words.</summary>
    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(Unfinished);
        }
        catch (IOException error)
        {
            throw Unavailable(error);
        }
    }

    /// <summary>
    /// True when the error is the disk's. The sender's stream is read in the same block, and its errors are not outages.
    /// </summary>
    private static bool IsOurs(Exception error) =>
        error is UnauthorizedAccessException || (error is IOException && error.HResult is NoSpace or OverQuota or ReadOnly or Broken);

    private BlobStoreUnavailableException Unavailable(Exception error) =>
        new(Location, error.Message, error) { IsFull = error.HResult is NoSpace or OverQuota };

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A disk that became read-only keeps it; the check of files finds it later.
        }
    }

    private string PathOf(string key) => Path.Combine(_root, key[^2..], key[^4..^2], key);
}
