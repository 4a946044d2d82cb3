namespace TaskProcessing.Server.Providers.Commands.Programs;

/// <summary>One start of a program.</summary>
/// <param name="Program">The path of the program.</param>
/// <param name="Arguments">Its arguments, one by one; no shell reads them.</param>
/// <param name="Directory">Where it works, and the only place that is its own.</param>
internal sealed record ProgramCall(string Program, IReadOnlyList<string> Arguments, RunDirectory Directory)
{
    /// <summary>What it reads; null for nothing. Not disposed of.</summary>
    public Stream? Input { get; init; }

    /// <summary>What its environment holds besides PATH, HOME, TMPDIR and LANG.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many bytes of memory each of its processes may have of its own; null for any number.</summary>
    public long? MaxMemoryBytes { get; init; }

    public int MaxOutputBytes { get; init; } = 10 * 1024 * 1024;

    public long MaxFileBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>Hears every line of standard output and error.</summary>
    public Func<string, ValueTask>? OnLine { get; init; }

    /// <summary>For messages: the name without the way to it.</summary>
    public string Name => Path.GetFileName(Program);
}
