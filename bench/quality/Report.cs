using System.Globalization;
using System.Text;

namespace TaskProcessing.Quality;

/// <summary>The measurements, as tables.</summary>
internal static class Report
{
    public static string Write()
    {
        var report = new StringBuilder();
        WriteTotals(report);
        WriteTexts(report);
        WriteEmoji(report);
        return report.ToString();
    }

    private static void WriteTotals(StringBuilder report)
    {
        report.Append("| | texts | ROUGE-1 | baseline | ROUGE-2 | baseline | ROUGE-L | baseline |\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var work in TextWork.All)
        {
            foreach (var half in ReferenceText.All.GroupBy(text => text.IsHeldOut).OrderBy(half => half.Key))
            {
                var scores = half.Select(work.Measure).ToList();
                var (answer, baseline) = (
                    Rouge.Average([.. scores.Select(score => score.Answer)]),
                    Rouge.Average([.. scores.Select(score => score.Baseline)])
                );
                report
                    .Append(CultureInfo.InvariantCulture, $"| {work.Name}{(half.Key ? ", held out" : "")} | {scores.Count} ")
                    .Append(CultureInfo.InvariantCulture, $"| {answer.One:0.000} | {baseline.One:0.000} ")
                    .Append(CultureInfo.InvariantCulture, $"| {answer.Two:0.000} | {baseline.Two:0.000} ")
                    .Append(CultureInfo.InvariantCulture, $"| {answer.Longest:0.000} | {baseline.Longest:0.000} |\n");
            }
        }
    }

    private static void WriteTexts(StringBuilder report)
    {
        report
            .Append("\nROUGE-1 of each text, and of the baseline:\n\n| text | genre | ")
            .AppendJoin(" | ", TextWork.All.Select(work => $"{work.Name} | baseline"))
            .Append(" |\n|---|---|");
        report.Insert(report.Length, "--:|", TextWork.All.Count * 2).Append('\n');
        foreach (var text in ReferenceText.All)
        {
            report.Append(CultureInfo.InvariantCulture, $"| {text.Name}{(text.IsHeldOut ? " (held out)" : "")} | {text.Genre} |");
            foreach (var (answer, baseline) in TextWork.All.Select(work => work.Measure(text)))
                report.Append(CultureInfo.InvariantCulture, $" {answer.One:0.00} | {baseline.One:0.00} |");
            report.Append('\n');
        }
    }

    private static void WriteEmoji(StringBuilder report)
    {
        report.Append("\n| emoji | sentences | accepted |\n|---|--:|--:|\n");
        foreach (var half in EmojiQuality.Measure().GroupBy(result => result.Case.IsHeldOut))
        {
            var (name, good) = (half.Key ? "held out" : "looked at", half.Count(result => result.IsGood) / (double)half.Count());
            report.Append(CultureInfo.InvariantCulture, $"| {name} | {half.Count()} | {good:0 %} |\n");
        }
    }
}
