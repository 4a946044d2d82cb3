using System.Globalization;
using System.Text;

namespace Soak;

/// <summary>All series over time, one small chart for each, as SVG that is readable on light and dark pages.</summary>
internal sealed class Plot(Sampler sampler, Window window)
{
    private const int Columns = 2;
    private const int Width = 400;
    private const int Height = 120;
    private const int Margin = 12;
    private const int Head = 24;
    private const int Foot = 8;

    /// <summary>Of each series; more would not be seen.</summary>
    private const int MostPoints = 220;

    public string Draw()
    {
        var all = sampler.Series.Where(series => series.Samples.Count > 1).ToList();
        var (width, height) = (Columns * Width, ((all.Count + Columns - 1) / Columns * Height) + Head);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width}} {{height}}" font-family="system-ui, sans-serif" font-size="11">
            <title>What a server takes under load, over time</title>
            <style>
            :root { --ink: #24292f; --faint: #d0d7de; --line: #0969da; --mark: #bf8700; --band: #0969da14; }
            @media (prefers-color-scheme: dark) {
            :root { --ink: #e6edf3; --faint: #30363d; --line: #58a6ff; --mark: #d29922; --band: #58a6ff1f; } }
            text { fill: var(--ink); } .axis { stroke: var(--faint); } .restart { stroke: var(--mark); stroke-dasharray: 2 3; }
            polyline { fill: none; stroke: var(--line); stroke-width: 1.4; } .band { fill: var(--band); }
            </style>

            """
        );
        foreach (var (index, series) in all.Index())
            Chart(svg, series, index % Columns * Width, index / Columns * Height);
        var legend = $"Dashed: the server starts anew. Shaded: the last part of the load. {sampler.Now / 60:0} minutes.";
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Margin}" y="{height - 8}">{legend}</text>""");
        return svg.Append("\n</svg>\n").ToString();
    }

    private void Chart(StringBuilder svg, Series series, int x, int y)
    {
        var (top, bottom, left, right) = (y + Head, y + Height - Foot, x + Margin, x + Width - Margin);
        var (first, last) = (sampler.Series.Min(one => one.Samples.Count == 0 ? double.MaxValue : one.Samples[0].At), sampler.Now);
        var most = Math.Max(series.Samples.Max(sample => sample.Value), 1);
        string X(double at) => Short(left + ((at - first) / (last - first) * (right - left)));
        string Y(double value) => Short(bottom - (value / most * (bottom - top)));

        var unit = series.Unit.Length == 0 ? "" : $" {series.Unit}";
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{left}" y="{y + 16}">{series.Name}, at most {most:0.#}{unit}</text>""")
            .Append('\n');
        var band = $"M{X(window.From)} {top}H{X(window.Until)}V{bottom}H{X(window.From)}Z";
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="band" d="{band}"/>""").Append('\n');
        foreach (var restart in sampler.Restarts)
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="restart" d="M{X(restart)} {top}V{bottom}"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="axis" d="M{left} {bottom}H{right}"/>""").Append('\n');
        svg.Append("<polyline points=\"");
        svg.AppendJoin(' ', Thin(series.Samples).Select(sample => $"{X(sample.At)},{Y(sample.Value)}"));
        svg.Append("\"/>\n");
    }

    /// <summary>Of neighbours the largest one, so that no peak is lost.</summary>
    private static IEnumerable<(double At, double Value)> Thin(List<(double At, double Value)> samples) =>
        samples.Chunk((samples.Count + MostPoints - 1) / MostPoints).Select(some => some.MaxBy(sample => sample.Value));

    private static string Short(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
