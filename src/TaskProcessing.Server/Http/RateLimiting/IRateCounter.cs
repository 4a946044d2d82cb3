namespace TaskProcessing.Server.Http.RateLimiting;

/// <summary>Counts events per key over a sliding period. Safe for concurrent use.</summary>
internal interface IRateCounter
{
    /// <summary>Counts an event unless <paramref name="limit"/> of them are less than a period old; a refused event is not counted.</summary>
    /// <returns>Null when it was counted; else how long until the next one would be.</returns>
    TimeSpan? TryCount(string key, int limit, TimeSpan period);

    /// <summary>How many counted events are less than their period old.</summary>
    int Count(string key);
}
