namespace TaskProcessing.Server;

/// <summary>The root of the configuration: the directory of the server's data.</summary>
internal sealed class DataDirectoryOptions
{
    /// <summary>
    /// The directory for the SQLite file and file contents, created when missing; relative to the working directory. Default
    /// <c>data</c>.
    /// </summary>
    public string DataDirectory { get; set; } = "data";
}
