using System.Text.Json;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>The layout of a backup.</summary>
internal sealed class BackupDirectory(string path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public string Database => Path.Combine(Root, "taskprocessing.db");

    /// <summary>The contents, in the same folders as in <c>Files:Folder</c>.</summary>
    public string Contents => Path.Combine(Root, "files");

    /// <summary>Files of the data directory that settings name, below their relative paths.</summary>
    public string DataFiles => Path.Combine(Root, "data");

    /// <summary>Written last: without it a directory is no backup.</summary>
    public string ManifestFile => Path.Combine(Root, "backup.json");

    public bool IsBackup => File.Exists(ManifestFile);

    public bool IsOccupied => File.Exists(Root) || (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any());

    /// <summary>Where it is made.</summary>
    public BackupDirectory Unfinished => new($"{Root}.unfinished");

    /// <exception cref="IOException">The file is no manifest.</exception>
    public async Task<BackupManifest> ReadManifestAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(ManifestFile);
            return await JsonSerializer.DeserializeAsync<BackupManifest>(file, Json, cancellationToken)
                ?? throw new IOException($"{ManifestFile} is empty");
        }
        catch (JsonException error)
        {
            throw new IOException($"{ManifestFile} cannot be read: {error.Message}", error);
        }
    }

    public void WriteManifest(BackupManifest manifest)
    {
        using var file = new FileStream(ManifestFile, FileMode.CreateNew);
        JsonSerializer.Serialize(file, manifest, Json);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The files in <see cref="DataFiles"/>, by their relative paths.</summary>
    public IEnumerable<string> ListDataFiles() =>
        Directory.Exists(DataFiles)
            ? new DirectoryInfo(DataFiles)
                .EnumerateFiles(
                    "*",
                    new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }
                )
                .Select(file => Path.GetRelativePath(DataFiles, file.FullName))
            : [];

    /// <summary>Takes the place of another directory, in one step and for good.</summary>
    public void MoveTo(BackupDirectory place)
    {
        DurableDirectories.Flush(Root);
        var former = $"{place.Root}.former";
        Delete(former);
        if (Directory.Exists(place.Root))
            Directory.Move(place.Root, former);
        Directory.Move(Root, place.Root);
        DurableDirectories.Flush(Path.GetDirectoryName(place.Root)!);
        Delete(former);
    }

    public void Delete() => Delete(Root);

    /// <summary>Copies a file to a place where there is none, durably.</summary>
    public static void CopyFile(string from, string to)
    {
        var (directory, unfinished) = (Path.GetDirectoryName(to)!, $"{to}.unfinished");
        Directory.CreateDirectory(directory);
        using (var source = File.OpenRead(from))
        using (var copy = new FileStream(unfinished, FileMode.Create))
        {
            source.CopyTo(copy);
            copy.Flush(flushToDisk: true);
        }

        File.Move(unfinished, to, overwrite: false);
        DurableDirectories.Flush(directory);
    }

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}

/// <summary>What a backup says about itself.</summary>
internal sealed record BackupManifest
{
    /// <summary>The layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The version of the program that made it.</summary>
    public required string Version { get; init; }

    /// <summary>When its copy of the database was begun.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public required long DatabaseBytes { get; init; }

    /// <summary>How many contents of files it has; null when they were left out.</summary>
    public required int? Contents { get; init; }

    public required long ContentBytes { get; init; }

    /// <summary>The contents that the database names, but the server had lost before, or has in another length.</summary>
    public required IReadOnlyList<string> Lost { get; init; }
}
