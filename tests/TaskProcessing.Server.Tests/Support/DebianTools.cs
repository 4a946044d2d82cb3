using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Programs of Debian's that tests run against a server; the test is skipped where they are not installed.</summary>
internal static class DebianTools
{
    /// <returns>The exit code and all that the program wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        string directory,
        Dictionary<string, string> environment,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(Programs.Need(program), arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
