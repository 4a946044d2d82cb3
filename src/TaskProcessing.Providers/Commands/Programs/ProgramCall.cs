namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>One start of a program.</summary>
/// <param name="Program">The path of the program.</param>
/// <param name="Arguments">Its arguments, one by one; no shell reads them.</param>
/// <param name="Directory">Its working directory, the only place that it may write to.</param>
internal sealed record ProgramCall(string Program, IReadOnlyList<string> Arguments, RunDirectory Directory)
{
    /// <summary>The content of standard input; null for none. Not disposed of.</summary>
    public Stream? Input { get; init; }

    /// <summary>The variables of its environment besides PATH, HOME, TMPDIR and LANG.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The kernel's limits for each of its processes.</summary>
    public required ProgramLimits Limits { get; init; }

    public int MaxOutputBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Called with every line of standard output and error.</summary>
    public Func<string, ValueTask>? OnLine { get; init; }

    /// <summary>For messages: the name without the way to it.</summary>
    public string Name => Path.GetFileName(Program);
}
