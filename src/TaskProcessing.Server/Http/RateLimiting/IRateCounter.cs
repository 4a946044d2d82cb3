namespace TaskProcessing.Server.Http.RateLimiting;

/// <summary>Counts events per key over a sliding period. Safe for concurrent use.</summary>
internal interface IRateCounter
{
    /// <summary>
    /// Counts an event unless <paramref name="limit"/> of them are less than a period old; a refused event is not counted.
    /// </summary>
    /// <returns>Null when the call was counted; else the time until the next one would be.</returns>
    TimeSpan? TryCount(string key, int limit, TimeSpan period);
}
