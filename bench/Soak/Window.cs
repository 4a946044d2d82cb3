namespace Soak;

/// <summary>The last part of the load: after all restarts, and after the server that started last has warmed up and everything that is kept for a while has filled.</summary>
internal sealed record Window(double Begin, double From, double Until)
{
    public static Window Of(IReadOnlyList<double> restarts, double begin, double end)
    {
        var quiet = restarts.Count == 0 ? begin : restarts[^1];
        return new(begin, quiet + ((end - quiet) * 0.4), end);
    }
}
