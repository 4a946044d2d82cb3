using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Upkeep.Duties;

/// <summary>Removes files and contents that nobody can miss any more.</summary>
internal sealed partial class SweepFilesDuty(SweepFiles sweepFiles, ILogger<SweepFilesDuty> logger) : ICaretakerDuty
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
        [LoggerMessage(LogLevel.Information, "{Files} file(s) and {Contents} content(s) that nobody needs were removed")]
        public static partial void Swept(ILogger logger, int files, int contents);
    }
}
