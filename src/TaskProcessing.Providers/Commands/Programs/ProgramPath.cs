namespace TaskProcessing.Providers.Commands.Programs;

/// <summary>Finds programs of this machine.</summary>
internal static class ProgramPath
{
    /// <param name="program">A path, or a name in the server's PATH.</param>
    /// <returns>The absolute path; null when there is no such program that may be run.</returns>
    public static string? Find(string program)
    {
        if (program.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return IsProgram(program) ? Path.GetFullPath(program) : null;

        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path)
    {
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Executable) != 0);
    }
}
