namespace TaskProcessing.Server.Upkeep;

/// <summary>A job that every process repeats as long as the server runs.</summary>
internal interface IPeriodicJob
{
    /// <summary>The purpose of the job, for the log: "Could not …".</summary>
    string Purpose { get; }

    /// <summary>The pause before the next run.</summary>
    TimeSpan Interval { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
