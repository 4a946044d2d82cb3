namespace TaskProcessing.Server.Upkeep;

/// <summary>The times in the database until which something waits.</summary>
internal interface IStoredTimes
{
    /// <summary>
    /// Ends the stored waits that are longer than allowed or began in the future: the clock was set back since they were
    /// stored. Answers their number.
    /// </summary>
    Task<int> CorrectAsync(TimeProvider time, CancellationToken cancellationToken);
}
