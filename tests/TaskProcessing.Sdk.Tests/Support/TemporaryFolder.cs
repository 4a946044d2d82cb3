namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A folder of one test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("taskprocessing-").FullName;

    public IEnumerable<string> Files => Directory.EnumerateFiles(Path, "*.json", SearchOption.AllDirectories);

    public void Dispose()
    {
        for (var tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < 100)
            {
                // A worker that is just stopping removes its part at the same time.
                Thread.Yield();
            }
        }
    }
}
