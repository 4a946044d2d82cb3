namespace Soak;

/// <summary>The last part of the load: after all restarts, and once all that is kept for a while is there in its full number.</summary>
/// <param name="From">In seconds since the start of the run.</param>
/// <param name="Until">The end of the load.</param>
/// <param name="FilledFrom">As <paramref name="From"/>, for what outlives the server: restarts before it do not matter.</param>
internal sealed record Window(double From, double Until, double FilledFrom)
{
    /// <summary>What is kept for a minute goes within another one and a quarter.</summary>
    private const double Filling = 150;

    public static Window Of(IReadOnlyList<double> restarts, double begin, double end)
    {
        var quiet = restarts.Count == 0 ? begin : restarts[^1];
        var from = Math.Max(quiet + ((end - quiet) * 0.4), quiet + Filling);
        return new(Math.Min(from, end), end, Math.Min(begin + Filling, end));
    }
}
