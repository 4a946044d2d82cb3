namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>Directories of runs, below a directory of this process that other users cannot read.</summary>
internal sealed partial class RunDirectories(ILogger<RunDirectories> logger) : IDisposable
{
    private const string Prefix = "taskprocessing-runs-";
    private const string LockName = "lock";
    private const int MaxTries = 10;

    private readonly Lock _creating = new();
    private string? _root;
    private FileStream? _lock;
    private long _count;

    /// <summary>Removes the directories and kills the programs of servers that were killed.</summary>
    public void RemoveAbandoned()
    {
        foreach (var root in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            // Held to the end: a server that is about to lock its new directory must not succeed in between.
            using var abandoned = TryLock(root);
            if (abandoned is null)
                continue;

            ProcessTree.KillAllBelow(root);
            Remove(root);
        }
    }

    public RunDirectory Create()
    {
        lock (_creating)
        {
            if (_root is null)
                Open();
            return new RunDirectory(Directory.CreateDirectory(Path.Combine(_root!, $"{++_count}")).FullName, logger);
        }
    }

    public void Dispose()
    {
        _lock?.Dispose();
        if (_root is not null)
            Remove(_root);
    }

    /// <summary>
    /// A server that starts removes abandoned directories, and may take a new one for abandoned before it is locked: then another is made.
    /// </summary>
    private void Open()
    {
        for (var tries = 1; _root is null; tries++)
        {
            var root = Directory.CreateTempSubdirectory(Prefix).FullName;
            var path = Path.Combine(root, LockName);
            try
            {
                _lock = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                // It may have been removed between its making and its locking.
                if (File.Exists(path))
                    _root = root;
                else
                    _lock.Dispose();
            }
            catch (IOException) when (tries < MaxTries)
            {
                // The other one has the lock.
            }
        }
    }

    /// <summary>The lock ends with the process that holds it. A directory without a lock is being made.</summary>
    private static FileStream? TryLock(string root)
    {
        try
        {
            return new FileStream(Path.Combine(root, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Remove(string root)
    {
        try
        {
            Directory.Delete(root, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another server was quicker.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NotRemoved(logger, error, root);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not remove the temporary directory {Directory}")]
        public static partial void NotRemoved(ILogger logger, Exception error, string directory);
    }
}
