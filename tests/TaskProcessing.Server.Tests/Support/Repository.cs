namespace TaskProcessing.Server.Tests.Support;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TaskProcessing.sln")))
            directory = directory.Parent!;

        return directory.FullName;
    }
}
