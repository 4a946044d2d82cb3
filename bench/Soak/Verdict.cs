using Soak.Scenes;

namespace Soak;

/// <summary>Whether everything is as it was.</summary>
internal sealed class Verdict(IReadOnlyCollection<Series> all, Window window)
{
    private const int Shown = 30;

    public List<string> Violations { get; } = [.. all.SelectMany(series => Judge(series, window))];

    public Window Window => window;

    public void Add(IReadOnlyList<string> left) => Violations.AddRange(left);

    public void Add(Tally tally) =>
        Violations.AddRange(tally.Surprises.Select(surprise => $"an answer that nobody expected, {surprise.Value} times: {surprise.Key}"));

    /// <summary>Errors in the server's log.</summary>
    public void AddLog(string path) =>
        Violations.AddRange(
            File.ReadLines(path)
                .Where(line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal))
                .Select(line => $"the log has: {line}")
        );

    /// <summary>Contents that belong to no file, and files without their content.</summary>
    public async Task AddCheckAsync(SoakedServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.Program.CommandAsync(cancellationToken, "file", "check");
        }
        catch (InvalidOperationException found)
        {
            Violations.Add(found.Message);
        }
    }

    public int Print()
    {
        foreach (var violation in Violations.Take(Shown))
            Console.WriteLine($"VIOLATION: {violation}");
        Console.WriteLine(Violations.Count == 0 ? "Everything is as it was." : $"{Violations.Count} violations.");
        return Violations.Count == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Judge(Series series, Window window)
    {
        var mean = series.MeanIn(window);
        if (mean is null || series.GrowthIn(window) is not { } growth)
            yield return $"{series.Name}: there are too few samples; eight minutes of load have enough";
        else if (growth > series.Growth.Of(mean.Value))
            yield return $"{series.Name}: grew by {growth:0.##} in the last part of the load, with a mean of "
                + $"{mean:0.##}; allowed are {series.Growth.Text(series.Unit)}";

        if (!(series.After <= series.Before + series.Rise.Of(series.Before ?? 0)))
            yield return $"{series.Name}: {series.After:0.##} at rest after the load, {series.Before:0.##} before; allowed are "
                + $"{series.Rise.Text(series.Unit)} more";
    }
}
