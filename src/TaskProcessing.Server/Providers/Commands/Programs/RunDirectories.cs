namespace TaskProcessing.Server.Providers.Commands.Programs;

/// <summary>Directories of runs, below one of this process's own that nobody else may look into.</summary>
internal sealed partial class RunDirectories(ILogger<RunDirectories> logger) : IDisposable
{
    private const string Prefix = "taskprocessing-runs-";
    private const string LockName = "lock";

    private readonly Lock _creating = new();
    private string? _root;
    private FileStream? _lock;
    private long _count;

    /// <summary>Removes what servers left that were killed, their programs too.</summary>
    public void RemoveAbandoned()
    {
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*").Where(IsAbandoned))
        {
            ProcessTree.KillAllBelow(left);
            Remove(left);
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

    private void Open()
    {
        _root = Directory.CreateTempSubdirectory(Prefix).FullName;
        _lock = new FileStream(Path.Combine(_root, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>The lock goes with the process that holds it. One without a lock is about to be made.</summary>
    private static bool IsAbandoned(string root)
    {
        try
        {
            using var free = new FileStream(Path.Combine(root, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
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
        [LoggerMessage(LogLevel.Warning, "The temporary directory {Directory} could not be removed")]
        public static partial void NotRemoved(ILogger logger, Exception error, string directory);
    }
}
