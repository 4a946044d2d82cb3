namespace TaskProcessing.Server.Upkeep;

/// <summary>Says which node does a duty, and when: taking it is what puts it off for the others.</summary>
internal interface IDutyCalendar
{
    /// <summary>Takes a duty if it is due. Of several nodes at once one gets it; it is due again at <paramref name="nextRunAt"/>, also if that node dies.</summary>
    Task<bool> TryTakeAsync(string duty, DateTimeOffset now, DateTimeOffset nextRunAt, CancellationToken cancellationToken);
}
