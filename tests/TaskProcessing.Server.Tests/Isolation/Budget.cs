using System.Globalization;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>What a request cost.</summary>
/// <param name="Status">Its answer's.</param>
/// <param name="Statements">The statements that SQLite ran.</param>
/// <param name="Bytes">
/// The memory that was allocated: the most that it might hold at once. Of an answer that is sent in portions it holds less.
/// </param>
/// <param name="Time">Of the processor.</param>
internal sealed record Cost(int Status, IReadOnlyList<string> Statements, long Bytes, TimeSpan Time);

/// <summary>A line of <c>budgets.txt</c>.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Template">The route.</param>
/// <param name="Body">The most bytes of a body that is read as a whole; <c>streamed</c> where it is not, <c>-</c> where none is read.</param>
/// <param name="Statements">The most statements.</param>
/// <param name="Megabytes">The most memory.</param>
/// <param name="Seconds">The most processor time.</param>
internal sealed record Budget(string Method, string Template, string Body, int Statements = 0, double Megabytes = 0, double Seconds = 0)
{
    public string Route => $"{Method} {Template}";

    public static string Table(IEnumerable<Budget> budgets) =>
        string.Join(
            '\n',
            [
                Line("", "body", "statements", "MB", "seconds"),
                .. budgets.Select(one =>
                    Line(
                        $"{one.Method.PadRight(9)} {one.Template}",
                        one.Body,
                        $"{one.Statements}",
                        one.Megabytes.ToString(CultureInfo.InvariantCulture),
                        one.Seconds.ToString(CultureInfo.InvariantCulture)
                    )
                ),
            ]
        ) + "\n";

    public static List<Budget> Read(string table) =>
        [
            .. table
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(cells => new Budget(
                    cells[0],
                    cells[1],
                    cells[2],
                    int.Parse(cells[3], CultureInfo.InvariantCulture),
                    double.Parse(cells[4], CultureInfo.InvariantCulture),
                    double.Parse(cells[5], CultureInfo.InvariantCulture)
                )),
        ];

    /// <summary>The larger of this and a cost.</summary>
    public Budget With(Cost cost) =>
        this with
        {
            Statements = Math.Max(Statements, cost.Statements.Count),
            Megabytes = Math.Max(Megabytes, cost.Bytes / (1024.0 * 1024)),
            Seconds = Math.Max(Seconds, cost.Time.TotalSeconds),
        };

    /// <summary>
    /// A cache that has just ended costs statements, and memory and time depend on the machine and on what else it does. So budgets are
    /// wide; what costs the square of an input goes beyond any of them.
    /// </summary>
    public Budget WithMargin() =>
        this with
        {
            Statements = 2 * (Statements + 1),
            Megabytes = Step(Math.Max(1, 3 * Megabytes)),
            Seconds = Step(Math.Max(1, 10 * Seconds)),
        };

    /// <returns>What is more than the budget; null when nothing is.</returns>
    public string? Exceeds(Budget budget) =>
        Body != budget.Body ? $"its body may have {Body}"
        : Statements > budget.Statements ? $"{Statements} statements"
        : Megabytes > budget.Megabytes ? $"{Megabytes:0.0} MB"
        : Seconds > budget.Seconds ? $"{Seconds:0.0} s"
        : null;

    private static string Line(string route, string body, string statements, string megabytes, string seconds) =>
        $"{route.PadRight(98)} {body.PadRight(9)}{statements.PadRight(12)}{megabytes.PadRight(7)}{seconds}";

    /// <summary>The next power of two.</summary>
    private static double Step(double value) => Math.Pow(2, Math.Ceiling(Math.Log2(value)));
}
