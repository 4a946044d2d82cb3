using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>The scripts of tests/npm, and the packages that <c>npm ci</c> installs there.</summary>
internal static class NpmTools
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "npm");

    public static string PathOf(string script) => Path.Combine(Folder, script);

    /// <summary>Starts a script; the test is skipped when the package that it needs is not installed.</summary>
    public static Process Start(string script, string package, params string[] arguments)
    {
        Need(package);
        var start = new ProcessStartInfo(Programs.Need("node"), [script, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Skips the test when the package, or Node, is not installed.</summary>
    public static void Need(string package)
    {
        Programs.Need("node");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules", package)), $"\"npm ci\" in tests/npm installs {package}");
    }

    /// <summary>Lets scripts in another folder use the packages; the test is skipped when the one that it needs is not installed.</summary>
    public static void LinkInto(string folder, string package)
    {
        Need(package);
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Path.Combine(Folder, "node_modules"));
    }

    /// <summary>Runs a script to its end; it must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public static async Task<string> RunAsync(string script, string package, params string[] arguments)
    {
        using var process = Start(script, package, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "{0}{1}", output, await errors);
        return output;
    }
}
