namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>
/// Takes an app's report of its preparation. The next steps run in the background, because apps wait no more than 30
/// seconds for the answer.
/// </summary>
internal sealed partial class ReportInitProgress(
    IExAppStore exApps,
    IExAppStatusStore statuses,
    ExAppLifeCycle lifeCycle,
    TimeProvider time,
    ILogger<ReportInitProgress> logger
)
{
    /// <param name="appId">The app.</param>
    /// <param name="progress">The progress; 100 means ready.</param>
    /// <param name="error">The error; empty without one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when there is no such app.</returns>
    public async Task<bool> RunAsync(string appId, int progress, string error, CancellationToken cancellationToken)
    {
        if (await exApps.FindAsync(appId, cancellationToken) is not { } app)
            return false;
        // Only the first report of 100 counts: some apps send it at each start.
        if (error.Length == 0 && (await statuses.GetAsync(appId, cancellationToken)).InitVersion == app.Version)
            return true;
        if (error.Length > 0)
            Log.Failed(logger, appId, error);

        var done = progress >= 100 && error.Length == 0;
        var report = new InitReport(Math.Clamp(progress, 0, 100), error.Length > 0 ? error : null, done ? app.Version : null);
        await statuses.ReportInitAsync(appId, report, time.GetUtcNow(), cancellationToken);
        lifeCycle.Wake();
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "App {AppId} failed to initialise: {Problem}")]
        public static partial void Failed(ILogger logger, string appId, string problem);
    }
}
