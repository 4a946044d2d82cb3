namespace TaskProcessing.Sdk.Workers;

/// <summary>How a worker behaves. The defaults suit most workers.</summary>
public sealed class WorkerOptions
{
    /// <summary>
    /// How many tasks run at the same time over all providers; each provider's own <see cref="TaskProvider.Concurrency"/>
    /// holds besides. Default: no limit of its own.
    /// </summary>
    public int MaxConcurrency { get; set; } = int.MaxValue;

    /// <summary>The least time between two reports of one task, progress and partial output alike. Default one second.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After this long without a report the last known progress is reported again, so that the server knows that the
    /// worker is alive and the worker hears of a cancel. Keep it well below the server's lease (a minute or more).
    /// Default ten seconds.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause when there is no work and the source cannot wait for some. Default one second.</summary>
    public TimeSpan IdleInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What the idle pause grows to while there is no work. Default five seconds.</summary>
    public TimeSpan MaxIdleInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The first pause after a call that failed; it doubles with each further failure. Default one second.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What the pause after failures grows to. Default thirty seconds. A longer pause that the server asks for is kept.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the worker tries to deliver a result before it gives it up. Default one day: work that is done is worth
    /// keeping, and a server that lost it would only have it done again.
    /// </summary>
    public TimeSpan ResultRetryTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long running tasks may go on after the worker was asked to stop; then their tokens are cancelled. Default
    /// twenty seconds, which with <see cref="StopGrace"/> fits the thirty that .NET's host allows for stopping: raise
    /// <c>HostOptions.ShutdownTimeout</c> with it.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long providers may take to heed their cancelled tokens before the worker ends without them. Default five seconds.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the providers are taken back when the worker stops. Default false: tasks then wait for the worker to
    /// return, and their types stay on offer.
    /// </summary>
    public bool UnregisterOnStop { get; set; }

    /// <summary>What is wrong with the options, one sentence each; empty when they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxConcurrency < 1)
            yield return $"{nameof(MaxConcurrency)} must be at least 1.";

        foreach (var (name, value) in new[]
        {
            (nameof(ReportInterval), ReportInterval), (nameof(KeepAliveInterval), KeepAliveInterval),
            (nameof(IdleInterval), IdleInterval), (nameof(MaxIdleInterval), MaxIdleInterval),
            (nameof(RetryDelay), RetryDelay), (nameof(MaxRetryDelay), MaxRetryDelay), (nameof(ResultRetryTimeout), ResultRetryTimeout),
        })
        {
            if (value <= TimeSpan.Zero)
                yield return $"{name} must be longer than zero.";
        }

        if (DrainTimeout < TimeSpan.Zero)
            yield return $"{nameof(DrainTimeout)} must not be negative.";
        if (StopGrace < TimeSpan.Zero)
            yield return $"{nameof(StopGrace)} must not be negative.";
    }
}
