using System.Globalization;

namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>
/// Starts a program with limits, and without a core dump when it crashes: by <c>prlimit</c> of util-linux, else on Linux
/// by the shell that every system has. The shell reads a fixed script of our own, never an argument.
/// </summary>
/// <param name="prlimit">The path of prlimit; null where it is not installed.</param>
/// <param name="shell">The path of sh; null where there is none, or where it cannot limit memory.</param>
internal sealed class LimitedStart(string? prlimit, string? shell)
{
    /// <summary>The time between the signal at the limit of processor time, and the signal that kills.</summary>
    private const int Grace = 5;

    public static LimitedStart Find() => new(ProgramPath.Find("prlimit"), OperatingSystem.IsLinux() ? ProgramPath.Find("sh") : null);

    public bool IsPossible => prlimit is not null || shell is not null;

    /// <returns>The program and arguments to start: the given ones where limits are not possible.</returns>
    public IReadOnlyList<string> Line(string program, IEnumerable<string> arguments, ProgramLimits limits) =>
        [
            .. prlimit is not null ? [prlimit, .. Options(limits), "--"]
            : shell is not null ? [shell, "-c", Script(limits), "sh"]
            : Array.Empty<string>(),
            program,
            .. arguments,
        ];

    private static IEnumerable<string> Options(ProgramLimits limits)
    {
        yield return "--core=0";
        yield return string.Create(CultureInfo.InvariantCulture, $"--fsize={limits.FileBytes}");
        yield return string.Create(CultureInfo.InvariantCulture, $"--cpu={limits.ProcessorSeconds}:{limits.ProcessorSeconds + Grace}");
        if (limits.MemoryBytes is { } memory)
            yield return string.Create(CultureInfo.InvariantCulture, $"--data={memory}");
    }

    /// <summary>Shells count files in halves of a KiB, memory in KiB.</summary>
    private static string Script(ProgramLimits limits)
    {
        var memory = limits.MemoryBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"ulimit -d {Math.Max(1, bytes / 1024)} && ")
            : "";
        var (blocks, soft, hard) = (Math.Max(1, limits.FileBytes / 512), limits.ProcessorSeconds, limits.ProcessorSeconds + Grace);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"ulimit -c 0 && ulimit -f {blocks} && ulimit -S -t {soft} && ulimit -H -t {hard} && {memory}exec \"$@\""
        );
    }
}
