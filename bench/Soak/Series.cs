namespace Soak;

/// <summary>What is watched, and how much of it may change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit; empty for a count.</param>
internal sealed record Series(string Name, string Unit)
{
    /// <summary>What is kept for a minute goes with the next sweep, a minute and a quarter later at most.</summary>
    private const double Sweep = 100;

    /// <summary>How much more it may be at the end of the last part of the load than at its beginning, by a straight line.</summary>
    public required Bound Growth { get; init; }

    /// <summary>How much more it may be at rest after the load than before.</summary>
    public required Bound Rise { get; init; }

    /// <summary>Time in seconds since the start, and value.</summary>
    public List<(double At, double Value)> Samples { get; } = [];

    /// <summary>At rest before the load.</summary>
    public double? Before { get; set; }

    /// <summary>At rest after it.</summary>
    public double? After { get; set; }

    /// <summary>True for what the server removes by and by: it rises until a sweep, so the lowest values are compared.</summary>
    public bool IsSwept { get; init; }

    public double? MeanIn(Window window) => In(window) is { Count: > 0 } some ? some.Average(sample => sample.Value) : null;

    /// <summary>What a straight line through the samples rises from the first to the last; null for too few samples.</summary>
    public double? GrowthIn(Window window)
    {
        var some = IsSwept ? Troughs(window) : In(window);
        if (some.Count < (IsSwept ? 3 : 5))
            return null;

        var (middle, mean) = (some.Average(sample => sample.At), some.Average(sample => sample.Value));
        var spread = some.Sum(sample => (sample.At - middle) * (sample.At - middle));
        var slope = some.Sum(sample => (sample.At - middle) * (sample.Value - mean)) / spread;
        return slope * (some[^1].At - some[0].At);
    }

    private List<(double At, double Value)> In(Window window) =>
        [.. Samples.Where(sample => sample.At >= (IsSwept ? window.FilledFrom : window.From) && sample.At <= window.Until)];

    /// <summary>The lowest sample of each time in which there is a sweep for sure.</summary>
    private List<(double At, double Value)> Troughs(Window window) =>
        [
            .. In(window)
                .GroupBy(sample => (int)((sample.At - window.FilledFrom) / Sweep))
                .Where(slice => window.FilledFrom + ((slice.Key + 1) * Sweep) <= window.Until)
                .Select(slice => slice.MinBy(sample => sample.Value)),
        ];
}

/// <summary>A part of what there was, or an absolute value; the larger one counts.</summary>
internal sealed record Bound(double Share, double Least)
{
    public double Of(double level) => Math.Max(level * Share, Least);

    public string Text(string unit) =>
        (Share, Least) switch
        {
            (0, 0) => "0",
            (0, _) => $"{Least:0.#}{Space(unit)}",
            (_, 0) => $"{Share:0 %}",
            _ => $"{Share:0 %} or {Least:0.#}{Space(unit)}",
        };

    private static string Space(string unit) => unit.Length == 0 ? "" : $" {unit}";
}
