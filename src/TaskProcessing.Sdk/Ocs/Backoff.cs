namespace TaskProcessing.Sdk.Ocs;

/// <summary>Pauses that double from a first to a longest one, shortened at random so that many who failed together do not return together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _pauses;

    /// <summary>The next pause: between half and all of what it is this time, but no shorter than what the server asked for.</summary>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var doublings = Math.Min(Interlocked.Increment(ref _pauses) - 1, 30);
        var pause = Math.Min(first.TotalSeconds * Math.Pow(2, doublings), longest.TotalSeconds) * (0.5 + (Random.Shared.NextDouble() / 2));
        return TimeSpan.FromSeconds(Math.Max(pause, atLeast?.TotalSeconds ?? 0));
    }

    /// <summary>Begins again with the first pause.</summary>
    public void Reset() => Interlocked.Exchange(ref _pauses, 0);
}
