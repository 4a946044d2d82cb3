using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Compares the catalogue of files with the blob store once a day, and removes entries without a counterpart.</summary>
internal sealed partial class CheckFilesJob(CheckFiles checkFiles, ILogger<CheckFilesJob> logger) : IMaintenanceJob
{
    public string Name => "check files";

    public TimeSpan Interval => TimeSpan.FromDays(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var report = await checkFiles.RunAsync(repair: true, cancellationToken);
        if (report.LooksWrong)
            Log.LooksWrong(logger, report.Location);
        else if (!report.IsGood)
            Log.Repaired(logger, report.Location, report.Stray.Count, report.Lost.Count, report.FilesRemoved, report.Damaged.Count);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "All file contents are missing in {Location}: is it the right one? Removed nothing")]
        public static partial void LooksWrong(ILogger logger, string location);

        [LoggerMessage(
            LogLevel.Warning,
            "In {Location} {Stray} content(s) belonged to no file and were removed, {Lost} were missing, so {Files} file(s) were removed, "
                + "and {Damaged} have the wrong length (\"taskprocessing file check\" names them)"
        )]
        public static partial void Repaired(ILogger logger, string location, int stray, int lost, int files, int damaged);
    }
}
