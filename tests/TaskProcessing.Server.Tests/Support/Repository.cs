namespace TaskProcessing.Server.Tests.Support;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The sample provider app, built beside the tests in the same configuration; <c>dotnet</c> runs it.</summary>
    public static string SampleProgram
    {
        get
        {
            var bin = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(bin.Parent!.Parent!.FullName, "WordCountProvider", bin.Name, "WordCountProvider.dll");
        }
    }

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TaskProcessing.sln")))
            directory = directory.Parent!;

        return directory.FullName;
    }
}
