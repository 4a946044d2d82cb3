using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>
/// Makes the database and the files of a backup those of this server, where there are none yet. The database comes last: until it
/// is there, nothing is restored.
/// </summary>
internal sealed class RestoreBackup(IDatabaseCopies copies, IBlobStore blobs)
{
    /// <param name="request">What to restore.</param>
    /// <param name="say">Hears how far it is.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    public async Task<RestoreOutcome> RunAsync(RestoreRequest request, Action<string> say, CancellationToken cancellationToken)
    {
        var source = new BackupDirectory(request.Source);
        if (copies.DatabaseFile is not { } database)
            return new RestoreOutcome.ByHand(copies.CommandsToRestore(Path.Combine(source.Root, "taskprocessing.dump")));
        if (!source.IsBackup)
            return new RestoreOutcome.Unusable($"{source.Root} is no whole backup: it has no {Path.GetFileName(source.ManifestFile)}");

        var manifest = await source.ReadManifestAsync(cancellationToken);
        if (manifest.Format > BackupManifest.CurrentFormat)
            return new RestoreOutcome.Unusable($"{source.Root} was made by version {manifest.Version}; restore it with that one");
        if (await copies.FindProblemAsync(source.Database, cancellationToken) is { } problem)
            return new RestoreOutcome.Unusable(problem);

        var contents = new FolderBlobStore(source.Contents);
        var wanted = manifest.Contents is null
            ? new Dictionary<string, long>()
            : await copies.ListContentsAsync(source.Database, cancellationToken);
        var wrong = await ContentCheck.ListWrongAsync(contents, wanted, cancellationToken);
        if (wrong.Except(manifest.Lost).Count() is > 0 and var missing && !request.Incomplete)
            return new RestoreOutcome.Incomplete(missing);
        if (await ListInTheWayAsync(source, manifest, request.DataDirectory, database, cancellationToken) is { Count: > 0 } inTheWay)
            return new RestoreOutcome.Occupied(inTheWay);

        var given = wanted.Where(content => !wrong.Contains(content.Key)).ToDictionary();
        try
        {
            await CopyContents.RunAsync(contents, blobs, given, say, cancellationToken);
            foreach (var file in source.ListDataFiles())
                BackupDirectory.CopyFile(Path.Combine(source.DataFiles, file), Path.Combine(request.DataDirectory, file));
            BackupDirectory.CopyFile(source.Database, database);
        }
        catch
        {
            foreach (var key in given.Keys)
                await blobs.DeleteAsync(key, CancellationToken.None);
            foreach (var file in source.ListDataFiles())
                File.Delete(Path.Combine(request.DataDirectory, file));
            throw;
        }

        say($"the database, {ByteSize.Of(manifest.DatabaseBytes)}");
        return new RestoreOutcome.Restored(manifest, wrong.Count);
    }

    /// <summary>What would be mixed up with the backup, or lost.</summary>
    private async Task<IReadOnlyList<string>> ListInTheWayAsync(
        BackupDirectory source,
        BackupManifest manifest,
        string dataDirectory,
        string database,
        CancellationToken cancellationToken
    )
    {
        var found = new[] { database, $"{database}-wal", $"{database}-journal" }
            .Concat(source.ListDataFiles().Select(file => Path.GetFullPath(Path.Combine(dataDirectory, file))))
            .Where(File.Exists)
            .ToList();
        if (manifest.Contents is not null && await HasAnyAsync(cancellationToken))
            found.Add($"contents in {blobs.Location}");
        return found;
    }

    private async Task<bool> HasAnyAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in blobs.ListAsync(cancellationToken))
            return true;
        return false;
    }
}

/// <param name="Source">The directory of a backup.</param>
/// <param name="Incomplete">Whether it is restored although contents are missing in it.</param>
/// <param name="DataDirectory">Where files go that were taken along.</param>
internal sealed record RestoreRequest(string Source, bool Incomplete, string DataDirectory);

/// <summary>What came of <see cref="RestoreBackup"/>.</summary>
internal abstract record RestoreOutcome
{
    private RestoreOutcome() { }

    /// <param name="Manifest">What the backup says about itself.</param>
    /// <param name="Missing">How many contents it does not have.</param>
    public sealed record Restored(BackupManifest Manifest, int Missing) : RestoreOutcome;

    /// <summary>The database's own programs must do it.</summary>
    public sealed record ByHand(IReadOnlyList<string> Commands) : RestoreOutcome;

    /// <summary>It is no backup that this program can restore.</summary>
    public sealed record Unusable(string Reason) : RestoreOutcome;

    /// <summary>Contents are missing that were in it once.</summary>
    public sealed record Incomplete(int Missing) : RestoreOutcome;

    /// <summary>The server has data already.</summary>
    public sealed record Occupied(IReadOnlyList<string> Things) : RestoreOutcome;
}
