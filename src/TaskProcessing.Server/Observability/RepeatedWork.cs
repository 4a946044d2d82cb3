namespace TaskProcessing.Server.Observability;

/// <summary>
/// Tells the log of work in the background that is tried again and again: one line when it begins to fail, and one when it works again.
/// For one caller at a time.
/// </summary>
/// <param name="purpose">What it does, as in "could not …".</param>
/// <param name="time">Measures how long it fails.</param>
/// <param name="logger">The log of whoever does it.</param>
internal sealed partial class RepeatedWork(string purpose, TimeProvider time, ILogger logger)
{
    private long? _failedFirst;

    public void Failed(Exception error)
    {
        if (_failedFirst is not null)
            return;

        _failedFirst = time.GetTimestamp();
        Log.Failed(logger, error, purpose);
    }

    public void Worked()
    {
        if (_failedFirst is not { } began)
            return;

        _failedFirst = null;
        Log.Worked(logger, purpose, time.GetElapsedTime(began));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not {Purpose}; trying again")]
        public static partial void Failed(ILogger logger, Exception error, string purpose);

        [LoggerMessage(LogLevel.Information, "Could {Purpose} again, after {Duration}")]
        public static partial void Worked(ILogger logger, string purpose, TimeSpan duration);
    }
}
