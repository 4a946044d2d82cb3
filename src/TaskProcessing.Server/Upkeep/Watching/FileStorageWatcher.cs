using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Tries the storage of file contents at the start, so that the log tells at once what the first upload would find out, and again
/// while it cannot be used. A server starts without it: most tasks need no files.
/// </summary>
internal sealed partial class FileStorageWatcher(
    TrialContent trial,
    SampleContents sample,
    IBlobStore blobs,
    Outages outages,
    ILogger<FileStorageWatcher> logger
) : IPeriodicJob
{
    /// <summary>Few: a bucket is asked for each of them.</summary>
    private const int Sample = 10;

    private bool _hasWorked;

    public string Purpose => "try the storage of files";

    public TimeSpan Interval { get; private set; } = TimeSpan.Zero;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Interval = TimeSpan.FromSeconds(10);
        if (_hasWorked && !outages.IsOut(blobs.Location))
            return;

        try
        {
            await trial.RunAsync(cancellationToken);
            if (!_hasWorked && await sample.LookAsync(Sample, cancellationToken) is { Wrong: [var first, ..] } report)
                Log.Missing(logger, report.Wrong.Count, report.Looked, report.Location, first);
            _hasWorked = true;
        }
        catch (BlobStoreUnavailableException)
        {
            // Outages has logged it once.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "{Wrong} of {Looked} file contents that were looked for are missing in {Location}, or too short, such as {Key}. "
                + "Is it the right folder or bucket, and is it mounted? \"taskprocessing file check\" names all"
        )]
        public static partial void Missing(ILogger logger, int wrong, int looked, string location, string key);
    }
}
