using System.Globalization;
using System.Text;
using Soak.Scenes;

namespace Soak;

/// <summary>The figures of a run, as a table and as a plot.</summary>
internal sealed class Report(SoakOptions options, string database, Tally tally, Sampler sampler, Verdict verdict)
{
    private const string Begin = "<!-- bench/soak.sh --write -->\n";
    private const string End = "<!-- end -->";

    public string Text()
    {
        var text = new StringBuilder();
        var (first, last) = (verdict.Window.From, verdict.Window.Until);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:d MMMM yyyy}, {database}, {Environment.ProcessorCount} cores: "
                + $"{options.Load.TotalMinutes:0.#} minutes of load, {tally.Requests:N0} requests in "
                + $"{tally.Played.Values.Sum():N0} scenes, {sampler.Restarts.Count} restarts, {tally.Cut} scenes cut short by them. "
                + $"The last part is the last {(last - first) / 60:0.#} minutes of the load."
        );
        text.AppendLine();
        text.AppendLine("| | before | in the last part | growth in it | allowed | after | allowed more than before |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var series in sampler.Series)
        {
            string[] cells =
            [
                series.Name + (series.Unit.Length == 0 ? "" : $", {series.Unit}"),
                Number(series.Before),
                Number(series.MeanIn(verdict.Window)),
                Number(series.GrowthIn(verdict.Window)),
                series.Growth.Text(series.Unit),
                Number(series.After),
                series.Rise.Text(series.Unit),
            ];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }

    /// <summary>Puts the table between its marks in operations.md, and the plot beside.</summary>
    public void Write(string documents)
    {
        var path = Path.Combine(documents, "operations.md");
        var document = File.ReadAllText(path);
        var from = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var until = document.IndexOf(End, from, StringComparison.Ordinal);
        File.WriteAllText(path, $"{document[..from]}{Text()}\n{document[until..]}");
        File.WriteAllText(Path.Combine(documents, "images", "soak.svg"), new Plot(sampler, verdict.Window).Draw());
    }

    private static string Number(double? value) => value is null ? "–" : value.Value.ToString("0.#", CultureInfo.InvariantCulture);
}
