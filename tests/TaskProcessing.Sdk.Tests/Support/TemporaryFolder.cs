namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A folder of one test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("taskprocessing-").FullName;

    public IEnumerable<string> Files => Directory.EnumerateFiles(Path, "*.json", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
