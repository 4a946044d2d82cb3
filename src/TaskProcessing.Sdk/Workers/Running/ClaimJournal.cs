using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Writes down the tasks that a worker holds on a server that gives no lost task to anybody, so that the next worker ends what a killed
/// one has left. Each worker has a folder of its own, locked as long as its process lives, with a file for each task that it holds.
/// </summary>
/// <param name="root">The folder for the workers of one app and one server; null when nothing is to be written.</param>
/// <param name="logger">For faults of the disk, which stop no work.</param>
internal sealed partial class ClaimJournal(string? root, ILogger logger) : IDisposable
{
    private static readonly ClaimedTask Trial = new(
        new ProtocolTask
        {
            Id = 0,
            Type = "",
            Status = ProcessingStatus.Running,
            Input = default,
        },
        ""
    );

    private readonly Lock _lock = new();
    private ClaimFolder? _own;
    private bool _isOpen;
    private volatile bool _isBroken;
    private bool _hasWarned;

    /// <summary>For a source; one that needs no journal gets one that writes nothing.</summary>
    /// <param name="source">The source of the tasks.</param>
    /// <param name="options">Have the place.</param>
    /// <param name="logger">For faults of the disk.</param>
    public static ClaimJournal For(IWorkSource source, WorkerOptions options, ILogger logger) =>
        new(
            source.JournalKey is { } key && options.ClaimsDirectory.Length > 0
                ? Path.Combine(options.ClaimsDirectory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16])
                : null,
            logger
        );

    /// <summary>
    /// Prepares for the first task, before it is claimed: so a disk that cannot be written is known before there is something to lose, and
    /// the first task is written down as fast as any other.
    /// </summary>
    public void Open()
    {
        if (root is null || _isOpen)
            return;

        _isOpen = true;
        Try(() =>
        {
            // The results of a killed worker may have opened it already.
            _own ??= ClaimFolder.Create(root);
            _own.Write(Trial, new TaskResult { ErrorMessage = "" });
            _own.Delete(Trial.Task.Id);
        });
    }

    /// <summary>The task is this worker's. To be called before work on it begins.</summary>
    public void Claimed(ClaimedTask task) => Write(task, result: null);

    /// <summary>The result is known, and is to be delivered even if this process does not live to do it.</summary>
    public void Finished(ClaimedTask task, TaskResult result) => Write(task, result);

    /// <summary>The server has the result, or the task is not this worker's any more.</summary>
    public void Ended(ClaimedTask task)
    {
        if (IsNeededFor(task) && _own is not null)
            Try(() => _own.Delete(task.Task.Id));
    }

    /// <summary>True when the next worker will deliver the result of this task.</summary>
    public bool Has(ClaimedTask task)
    {
        lock (_lock)
            return _own?.Has(task.Task.Id) == true;
    }

    /// <summary>The folders of workers that were killed; each is to be disposed of.</summary>
    public IReadOnlyList<ClaimFolder> TakeAbandoned()
    {
        List<ClaimFolder> abandoned = [];
        if (root is not null)
            Try(() => abandoned.AddRange(ClaimFolder.TakeAbandoned(root)));
        return abandoned;
    }

    /// <summary>What is still in the folder is the next worker's.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _own?.Dispose();
            _own = null;
            _isBroken = true;
        }
    }

    private bool IsNeededFor(ClaimedTask task) => root is not null && task.Claim is null;

    private void Write(ClaimedTask task, TaskResult? result)
    {
        if (!IsNeededFor(task))
            return;

        if (!_isBroken)
            Try(() => (_own ??= ClaimFolder.Create(root!)).Write(task, result));
    }

    private void Try(Action write)
    {
        lock (_lock)
        {
            try
            {
                write();
                _hasWarned = false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Once, as for every task it would say the same.
                if (!_hasWarned)
                    Log.Broken(logger, root!, exception.Message);
                _hasWarned = true;
                _isBroken = _own is null;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Tasks cannot be written down in {Folder}; if this process is killed, they stay running on the server: {Reason}"
        )]
        public static partial void Broken(ILogger logger, string folder, string reason);
    }
}
