namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>The directory of one run; removed with all its content when it is disposed of.</summary>
internal sealed partial class RunDirectory(string path, ILogger logger) : IDisposable
{
    private int _files;

    public string Path { get; } = path;

    /// <summary>A path in the directory that nothing has yet.</summary>
    public string NewFile() => System.IO.Path.Combine(Path, $"input-{++_files}");

    /// <summary>Keeps a content for the program; answers the path.</summary>
    public async Task<string> AddAsync(Stream content, CancellationToken cancellationToken)
    {
        var path = NewFile();
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await content.CopyToAsync(file, cancellationToken);
        return path;
    }

    /// <summary>
    /// Opens a file that the program wrote, by its path or its name. Programs work on files from strangers, so neither a
    /// path out of the directory nor a link is followed.
    /// </summary>
    /// <returns>Null when there is no such file in here.</returns>
    public FileStream? Open(string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(Path, name));
        if (
            !file.Exists
            || file.LinkTarget is not null
            || !file.FullName.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
        )
            return null;

        for (var folder = file.Directory!; folder.FullName != Path; folder = folder.Parent!)
        {
            if (folder.LinkTarget is not null)
                return null;
        }

        // Also for writing, because a pipe that is only read would be waited for.
        var stream = file.Open(FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        if (stream.CanSeek)
            return stream;

        stream.Dispose();
        return null;
    }

    public void Dispose()
    {
        try
        {
            Remove();
        }
        catch (DirectoryNotFoundException)
        {
            // It went with all the others, as the server stops.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(logger, error, Path);
        }
    }

    private void Remove()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (UnauthorizedAccessException) when (!OperatingSystem.IsWindows())
        {
            // The program took the rights away.
            foreach (var folder in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories).Prepend(Path))
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.Delete(Path, recursive: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not remove the run's directory {Directory}")]
        public static partial void NotRemoved(ILogger logger, Exception error, string directory);
    }
}
