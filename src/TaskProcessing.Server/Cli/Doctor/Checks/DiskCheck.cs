using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether the server can write where it has to, there is space, and nobody else can look.</summary>
internal sealed class DiskCheck : ServiceCheck
{
    private const long Little = 1_000_000_000;
    private const long TooLittle = 100_000_000;

    public override string Name => "disk";

    protected override Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    )
    {
        var data = services.GetRequiredService<IOptions<DataDirectoryOptions>>().Value.DataDirectory;
        var files = services.GetRequiredService<IOptions<FilesOptions>>().Value;
        string?[] directories =
        [
            data,
            services.GetRequiredService<StoreMigrator>().Directory,
            files.Storage == FileStorage.Folder ? files.Folder ?? Path.Combine(data, "files") : null,
            Path.GetTempPath(),
        ];
        return Task.FromResult<IReadOnlyList<Finding>>([
            .. directories
                .OfType<string>()
                .Select(directory => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)))
                .Distinct()
                .SelectMany(Look),
        ]);
    }

    private static IEnumerable<Finding> Look(string directory)
    {
        var place = directory;
        while (!Directory.Exists(place) && !File.Exists(place) && Path.GetDirectoryName(place) is { } parent)
            place = parent;
        if (WriteProblem(place) is { } problem)
        {
            yield return Finding.Failed(
                $"{directory} cannot be written to by {Environment.UserName}: {problem}",
                "give the directory to that user (chown), or name another one"
            );
            yield break;
        }

        var free = new DriveInfo(place).AvailableFreeSpace;
        var text = $"{ByteSize.Of(free)} free in {directory}";
        yield return free < TooLittle ? Finding.Failed(text, "free some space: writes will be refused")
        : free < Little ? Finding.Warning(text, "free some space")
        : Finding.Ok(text);
        if (PrivateFiles.IsOpen(directory) && directory != Path.TrimEndingDirectorySeparator(Path.GetTempPath()))
            yield return Finding.Warning($"other users of this machine can look into {directory}", $"chmod 700 {directory}");
    }

    private static string? WriteProblem(string directory)
    {
        try
        {
            var probe = Path.Combine(directory, $".doctor-{Guid.NewGuid():N}");
            using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            file.WriteByte(0);
            file.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }
}
