namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// Pauses that double from a first to a longest one, shortened at random so that callers that failed together do not return together.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _pauses;

    /// <summary>The pause after so many failures in a row, from one on; without any spread.</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, double factor = 2)
    {
        var pause = first.TotalSeconds * Math.Pow(factor, Math.Clamp(failures - 1, 0, 30));
        return TimeSpan.FromSeconds(Math.Min(pause, longest.TotalSeconds));
    }

    /// <summary>The next pause: between half and all of the current one, but no shorter than the server asked for.</summary>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var pause = After(Interlocked.Increment(ref _pauses), first, longest) * (0.5 + (Random.Shared.NextDouble() / 2));
        return atLeast > pause ? atLeast.Value : pause;
    }

    /// <summary>Begins again with the first pause.</summary>
    public void Reset() => Interlocked.Exchange(ref _pauses, 0);
}
