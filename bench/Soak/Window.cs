namespace Soak;

/// <summary>The last part of the load: after all restarts, and once all that is kept for a while is there in its full number.</summary>
internal sealed record Window(double From, double Until)
{
    /// <summary>What is kept for a minute goes within another one and a quarter.</summary>
    private const double Filling = 150;

    public static Window Of(IReadOnlyList<double> restarts, double begin, double end)
    {
        var quiet = restarts.Count == 0 ? begin : restarts[^1];
        return new(Math.Min(Math.Max(quiet + ((end - quiet) * 0.4), quiet + Filling), end), end);
    }
}
