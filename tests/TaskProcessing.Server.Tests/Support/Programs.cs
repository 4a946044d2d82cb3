namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// The programs of the machine that tests start beside the server; a test is skipped, by name, where one is not installed.
/// </summary>
internal static class Programs
{
    private static readonly string[] Path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);

    /// <returns>The path of the program.</returns>
    public static string Need(string program)
    {
        var path = Path.Select(folder => System.IO.Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"the program {program} is not installed");
        return path!;
    }
}
