namespace TaskProcessing.Sdk.Workers;

/// <summary>The settings of a worker. The defaults suit most workers.</summary>
public sealed class WorkerOptions
{
    /// <summary>
    /// The number of tasks that run at the same time over all providers; each provider's own
    /// <see cref="TaskProvider.Concurrency"/> applies too. Default: no limit of its own.
    /// </summary>
    public int MaxConcurrency { get; set; } = int.MaxValue;

    /// <summary>The least time between two reports of one task, progress and partial output alike. Default one second.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After this long without a report the last known progress is reported again, so that the server knows that the
    /// worker is alive and the worker learns of a cancel. Keep it well below the server's lease (a minute or more).
    /// Default ten seconds.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause when there is no work and the source cannot wait for some. Default one second.</summary>
    public TimeSpan IdleInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest idle pause while there is no work. Default five seconds.</summary>
    public TimeSpan MaxIdleInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The first pause after a call that failed; it doubles with each further failure. Default one second.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest pause after failures. Default thirty seconds. A longer pause that the server asks for is kept.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time after which the providers are registered again, in case the server has lost them; also done after each outage. Default one
    /// hour.
    /// </summary>
    public TimeSpan RegistrationInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The directory in which the worker writes down the tasks that it holds, with their results as long as these are not delivered. The
    /// next worker ends what a killed one has left. Only for servers that give a lost task to nobody, such as Nextcloud. Keep it on a local
    /// disk and from one start to the next. Default: <c>claims</c> in the directory of APP_PERSISTENT_STORAGE, or else
    /// <c>taskprocessing/claims</c> in the user's directory for application data. Empty: nothing is written down.
    /// </summary>
    public string ClaimsDirectory { get; set; } = DefaultClaimsDirectory();

    /// <summary>
    /// The time for which the worker tries to deliver a result before it gives it up. Default one day: finished work is
    /// worth keeping, and the server would only have it done again.
    /// </summary>
    public TimeSpan ResultRetryTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The time that running tasks may go on after the worker was asked to stop; then their tokens are cancelled. Default twenty seconds,
    /// which with <see cref="StopGrace"/> fits the thirty that .NET's host allows for stopping: raise
    /// <c>HostOptions.ShutdownTimeout</c> with it. Docker kills a container after ten seconds unless it is told otherwise
    /// (<c>docker stop -t 30</c>).
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The time that providers may take to obey their cancelled tokens before the worker ends without them. Default five
    /// seconds.
    /// </summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// True to remove the providers from the server when the worker stops. Default false: tasks then wait for the worker
    /// to return, and their types stay available.
    /// </summary>
    public bool UnregisterOnStop { get; set; }

    /// <summary>The mistakes in the options, one sentence each; empty when they can be used.</summary>
    internal IEnumerable<string> Validate()
    {
        if (MaxConcurrency < 1)
            yield return $"{nameof(MaxConcurrency)} must be at least 1.";

        foreach (
            var (name, value) in new[]
            {
                (nameof(ReportInterval), ReportInterval),
                (nameof(KeepAliveInterval), KeepAliveInterval),
                (nameof(IdleInterval), IdleInterval),
                (nameof(MaxIdleInterval), MaxIdleInterval),
                (nameof(RetryDelay), RetryDelay),
                (nameof(MaxRetryDelay), MaxRetryDelay),
                (nameof(RegistrationInterval), RegistrationInterval),
                (nameof(ResultRetryTimeout), ResultRetryTimeout),
            }
        )
        {
            if (value <= TimeSpan.Zero)
                yield return $"{name} must be longer than zero.";
        }

        if (DrainTimeout < TimeSpan.Zero)
            yield return $"{nameof(DrainTimeout)} must not be negative.";
        if (StopGrace < TimeSpan.Zero)
            yield return $"{nameof(StopGrace)} must not be negative.";
    }

    // Without a home, as in many containers, there is no directory for application data.
    private static string DefaultClaimsDirectory() =>
        Environment.GetEnvironmentVariable("APP_PERSISTENT_STORAGE") is { Length: > 0 } storage ? Path.Combine(storage, "claims")
        : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data
            ? Path.Combine(data, "taskprocessing", "claims")
        : Path.Combine(Path.GetTempPath(), "taskprocessing", "claims");
}
