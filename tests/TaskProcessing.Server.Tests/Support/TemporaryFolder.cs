namespace TaskProcessing.Server.Tests.Support;

/// <summary>A folder of one test's own; remaining files go when the process ends.</summary>
internal sealed class TemporaryFolder
{
    private static readonly string Root = Create();

    private static int _count;

    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Root, $"{Interlocked.Increment(ref _count)}")).FullName;

    private static string Create()
    {
        var root = Directory.CreateTempSubdirectory("taskprocessing-test-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }
}
