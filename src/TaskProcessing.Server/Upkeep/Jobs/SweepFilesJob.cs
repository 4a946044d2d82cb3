using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes deleted and unused files and contents.</summary>
internal sealed partial class SweepFilesJob(SweepFiles sweepFiles, ILogger<SweepFilesJob> logger) : IMaintenanceJob
{
    public string Name => "sweep files";

    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var report = await sweepFiles.RunAsync(cancellationToken);
        if (report is not { Files: 0, Contents: 0 })
            Log.Swept(logger, report.Files, report.Contents);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed {Files} unused file(s) and {Contents} unused content(s)")]
        public static partial void Swept(ILogger logger, int files, int contents);
    }
}
