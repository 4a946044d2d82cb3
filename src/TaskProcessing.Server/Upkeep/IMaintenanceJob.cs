namespace TaskProcessing.Server.Upkeep;

/// <summary>Work that one node does for all from time to time. Running it twice is harmless.</summary>
internal interface IMaintenanceJob
{
    /// <summary>Its name in the schedule; never changes.</summary>
    string Name { get; }

    TimeSpan Interval { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
