namespace TaskProcessing.Server.Upkeep;

/// <summary>Decides which node runs a maintenance job, and when: taking a job postpones it for the others.</summary>
internal interface IMaintenanceSchedule
{
    /// <summary>
    /// Takes a duty if it is due. Of several nodes at once one gets it; it is due again at <paramref name="nextRunAt"/>, also
    /// if that node dies.
    /// </summary>
    Task<bool> TryTakeAsync(string duty, DateTimeOffset now, DateTimeOffset nextRunAt, CancellationToken cancellationToken);
}
