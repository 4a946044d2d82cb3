namespace TaskProcessing.Server.Accounts.Rates;

/// <summary>
/// Counts events per key over a sliding period, for all servers on the database together. Safe for concurrent use.
/// </summary>
internal interface IRateCounter
{
    /// <summary>
    /// Counts an event unless <paramref name="limit"/> of them are less than a period old; a refused event is not counted.
    /// </summary>
    /// <returns>Null when the call was counted; else the time until the next one would be.</returns>
    ValueTask<TimeSpan?> TryCountAsync(string key, int limit, TimeSpan period, CancellationToken cancellationToken);

    /// <summary>Removes the keys whose events have all expired.</summary>
    Task RemoveExpiredAsync(CancellationToken cancellationToken);
}
