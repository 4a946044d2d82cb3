using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>
/// Copies the database and the contents that the copy names into a directory, while servers run on both. A server may remove a
/// content that the copy names before its turn comes: then the database is copied anew, and only what is new in it is left to copy.
/// Contents never change, so those from before are good. In the end no file of the copy lacks its content.
/// </summary>
internal sealed class MakeBackup(IDatabaseCopies copies, IBlobStore blobs, TimeProvider time)
{
    /// <summary>Each round is shorter than the one before; two are usual.</summary>
    private const int MaxRounds = 20;

    /// <param name="request">What to copy, and where to.</param>
    /// <param name="say">Hears how far it is.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    public async Task<BackupOutcome> RunAsync(BackupRequest request, Action<string> say, CancellationToken cancellationToken)
    {
        var target = new BackupDirectory(request.Target);
        if (copies.DatabaseFile is not { } database)
            return new BackupOutcome.ByHand(copies.CommandsToCopy(Path.Combine(target.Root, "taskprocessing.dump")));
        if (!File.Exists(database))
            return new BackupOutcome.NoDatabase(database);
        if (target.IsOccupied && !(target.IsBackup && request.Replace))
            return new BackupOutcome.Occupied(target.Root, target.IsBackup);

        var unfinished = target.Unfinished;
        unfinished.Delete();
        Directory.CreateDirectory(unfinished.Root);
        try
        {
            foreach (var file in request.DataFiles)
                BackupDirectory.CopyFile(Path.Combine(request.DataDirectory, file), Path.Combine(unfinished.DataFiles, file));
            var manifest = await FillAsync(unfinished, request.WithContents, say, cancellationToken);
            unfinished.WriteManifest(manifest);
            unfinished.MoveTo(target);
            return new BackupOutcome.Made(target.Root, manifest);
        }
        catch
        {
            unfinished.Delete();
            throw;
        }
    }

    private async Task<BackupManifest> FillAsync(
        BackupDirectory directory,
        bool withContents,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        var contents = new FolderBlobStore(directory.Contents);
        var copied = new Dictionary<string, long>();
        IReadOnlyList<string> gone = [];
        for (var round = 1; round <= MaxRounds; round++)
        {
            var now = time.GetUtcNow();
            File.Delete(directory.Database);
            await copies.CopyAsync(directory.Database, cancellationToken);
            var databaseBytes = new FileInfo(directory.Database).Length;
            say($"the database, {ByteSize.Of(databaseBytes)}");

            var wanted = withContents
                ? await copies.ListContentsAsync(directory.Database, cancellationToken)
                : new Dictionary<string, long>();
            var left = wanted.Where(content => !copied.ContainsKey(content.Key)).ToDictionary();
            var goneBefore = gone;
            gone = await CopyContents.RunAsync(blobs, contents, left, say, cancellationToken);
            foreach (var key in left.Keys.Except(gone))
                copied[key] = left[key];
            // What two copies of the database name and the storage had neither time is lost, not just removed.
            if (gone.Except(goneBefore).Any())
                continue;

            foreach (var key in copied.Keys.Except(wanted.Keys))
                await contents.DeleteAsync(key, cancellationToken);
            return new BackupManifest
            {
                Format = BackupManifest.CurrentFormat,
                Version = ServerVersion.Full,
                CreatedAt = now,
                DatabaseBytes = databaseBytes,
                Contents = withContents ? wanted.Count - gone.Count : null,
                ContentBytes = wanted.Where(content => copied.ContainsKey(content.Key)).Sum(content => content.Value),
                Lost = await ContentCheck.ListWrongAsync(contents, wanted, cancellationToken),
            };
        }

        throw new IOException($"Files were removed faster than they could be copied, {MaxRounds} times; try again at a quieter time");
    }
}

/// <param name="Target">The directory that becomes the backup.</param>
/// <param name="Replace">Whether a backup that is there already is replaced.</param>
/// <param name="WithContents">Whether contents of files are copied.</param>
/// <param name="DataDirectory">The directory of the next ones.</param>
/// <param name="DataFiles">Files to take along, by their paths within the data directory.</param>
internal sealed record BackupRequest(string Target, bool Replace, bool WithContents, string DataDirectory, IReadOnlyList<string> DataFiles);

/// <summary>What came of <see cref="MakeBackup"/>.</summary>
internal abstract record BackupOutcome
{
    private BackupOutcome() { }

    public sealed record Made(string Directory, BackupManifest Manifest) : BackupOutcome;

    /// <summary>The database's own programs must do it.</summary>
    public sealed record ByHand(IReadOnlyList<string> Commands) : BackupOutcome;

    /// <summary>There is nothing to copy yet.</summary>
    public sealed record NoDatabase(string File) : BackupOutcome;

    /// <summary>Something is there already.</summary>
    public sealed record Occupied(string Directory, bool IsBackup) : BackupOutcome;
}
