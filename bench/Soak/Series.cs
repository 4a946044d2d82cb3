namespace Soak;

/// <summary>What is watched, and how much of it may change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit; empty for a count.</param>
internal sealed record Series(string Name, string Unit)
{
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

    public double? MeanBetween(double from, double until) =>
        Between(from, until) is { Count: > 0 } some ? some.Average(sample => sample.Value) : null;

    /// <summary>What a straight line through the samples rises in that time; null for too few samples.</summary>
    public double? GrowthBetween(double from, double until)
    {
        var some = Between(from, until);
        if (some.Count < 5)
            return null;

        var (middle, mean) = (some.Average(sample => sample.At), some.Average(sample => sample.Value));
        var spread = some.Sum(sample => (sample.At - middle) * (sample.At - middle));
        return some.Sum(sample => (sample.At - middle) * (sample.Value - mean)) / spread * (until - from);
    }

    private List<(double At, double Value)> Between(double from, double until) =>
        [.. Samples.Where(sample => sample.At >= from && sample.At <= until)];
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
