using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store.Files;

/// <summary>The changes of one user's trees, each within a transaction that holds the user's account.</summary>
internal sealed class FileTreeWriter(TaskDbContext db, string userId, FileTrees trees)
{
    /// <summary>The name of the home folder, in which the files lie.</summary>
    private const string HomeName = "";

    /// <summary>The folders that the change cut off. <see cref="FileTrees.DeleteBelowAsync"/> marks their members.</summary>
    public List<StoredFile> CutOff { get; } = [];

    public async Task<StoredFile?> FindAsync(FilePath path) => await WalkAsync(path) is [.., var file] ? file : null;

    public async Task<PlaceOutcome> SaveAsync(FileSave save)
    {
        if (save.Path.IsTop || await WalkAsync(save.Path.Parent) is not [.., { IsFolder: true } parent] above)
            return new PlaceOutcome.NoParent();

        var existing = await ChildAsync(parent, save.Path.Name);
        if (existing is { IsFolder: true })
            return new PlaceOutcome.Exists(existing);
        if (!save.MayReplace(existing))
            return new PlaceOutcome.Changed();

        var parts = save.Parts is { } path ? await FindAsync(path) : null;
        if (save.Quota is { } quota && await IsOverAsync(quota, added: save.Content.Size, freed: [existing, parts]))
            return new PlaceOutcome.OverQuota(quota);

        await db.KeepBlobAsync(save.Content.Key);
        if (parts is not null)
            await CutOffAsync(parts, save.Now);

        var file =
            existing
            ?? new StoredFile
            {
                UserId = userId,
                ParentId = parent.Id,
                Name = save.Path.Name,
                CreatedAt = save.Now,
            };
        file.BlobKey = save.Content.Key;
        file.Size = save.Content.Size;
        file.MediaType = save.Content.MediaType;
        file.Checksum = save.Content.Checksum;
        file.ModifiedAt = save.ModifiedAt;
        db.Update(file);
        return await PlacedAsync(file, created: existing is null, above);
    }

    public async Task<PlaceOutcome> AddFolderAsync(FilePath path, DateTimeOffset now)
    {
        if (await FindAsync(path) is { } existing)
            return new PlaceOutcome.Exists(existing);
        if (await WalkAsync(path.Parent) is not [.., { IsFolder: true } parent] above)
            return new PlaceOutcome.NoParent();

        var folder = new StoredFile
        {
            UserId = userId,
            ParentId = parent.Id,
            Name = path.Name,
            IsFolder = true,
            Revision = StoredFile.NewRevision(),
            ModifiedAt = now,
            CreatedAt = now,
        };
        db.Add(folder);
        return await PlacedAsync(folder, created: true, above);
    }

    public async Task<PlaceOutcome> MoveAsync(FileTransfer transfer)
    {
        var (way, refusal) = await PrepareAsync(transfer);
        if (way is null)
            return refusal!;

        if (way.Replaced is not null)
            await CutOffAsync(way.Replaced, transfer.Now);
        way.Source.ParentId = way.Parent.Id;
        way.Source.Name = transfer.To.Name;
        db.Update(way.Source);
        return await PlacedAsync(way.Source, created: way.Replaced is null, [.. way.AboveSource, .. way.Above]);
    }

    /// <summary>Copies a file, or a folder without its members.</summary>
    public async Task<PlaceOutcome> CopyAsync(FileTransfer transfer)
    {
        var (way, refusal) = await PrepareAsync(transfer);
        if (way is null)
            return refusal!;
        if (transfer.Quota is { } quota && await IsOverAsync(quota, added: way.Source.Size, freed: [way.Replaced]))
            return new PlaceOutcome.OverQuota(quota);

        if (way.Replaced is not null)
            await CutOffAsync(way.Replaced, transfer.Now);
        var copy = Copy(way.Source, way.Parent.Id, transfer.To.Name, transfer.Now);
        db.Add(copy);
        return await PlacedAsync(copy, created: way.Replaced is null, way.Above);
    }

    /// <summary>
    /// Begins the copy of a folder with its members, at a place without a path. The members are not copied yet.
    /// </summary>
    public async Task<(StoredFile? Source, StoredFile? Copy, PlaceOutcome? Refusal)> BeginCopyAsync(FileTransfer transfer)
    {
        var (way, refusal) = await PrepareAsync(transfer);
        if (way is null)
            return (null, null, refusal);

        var copy = Copy(way.Source, (long)FileTree.Copies, Guid.NewGuid().ToString("N"), transfer.Now);
        db.Add(copy);
        await db.SaveChangesAsync(CancellationToken.None);
        return (way.Source, copy, null);
    }

    /// <summary>Puts a copy that is complete at its place. The copy counts towards the quota already.</summary>
    public async Task<PlaceOutcome> EndCopyAsync(FileTransfer transfer, StoredFile copy)
    {
        var (way, refusal) = await PrepareAsync(transfer);
        if (way is not null && transfer.Quota is { } quota && await IsOverAsync(quota, added: 0, freed: [way.Replaced]))
            refusal = new PlaceOutcome.OverQuota(quota);
        if (way is null || refusal is not null)
        {
            await CutOffAsync(copy, transfer.Now);
            return refusal!;
        }

        if (way.Replaced is not null)
            await CutOffAsync(way.Replaced, transfer.Now);
        copy.ParentId = way.Parent.Id;
        copy.Name = transfer.To.Name;
        db.Update(copy);
        return await PlacedAsync(copy, created: way.Replaced is null, way.Above);
    }

    /// <summary>
    /// Marks the file or folder at a path as deleted; the members of a folder are not marked yet. False when there is
    /// none.
    /// </summary>
    public async Task<bool> DeleteAsync(FilePath path, DateTimeOffset now)
    {
        if (await WalkAsync(path) is not [.. var above, var file])
            return false;

        await CutOffAsync(file, now);
        await TouchAsync(above);
        return true;
    }

    /// <summary>Sets the properties of a file or folder that is still there, and when it was last changed unless that is null.</summary>
    public async Task<bool> SetPropertiesAsync(long id, string? properties, DateTimeOffset? modifiedAt)
    {
        if (await db.LiveFiles(userId).FirstOrDefaultAsync(file => file.Id == id, CancellationToken.None) is not { } changed)
            return false;

        changed.Properties = properties;
        if (modifiedAt is { } time)
        {
            changed.ModifiedAt = time;
            await db.TouchUpAsync([changed.ParentId]);
        }

        db.Update(changed);
        await db.SaveChangesAsync(CancellationToken.None);
        return true;
    }

    private async Task CutOffAsync(StoredFile file, DateTimeOffset now)
    {
        await db
            .Files.Where(cut => cut.Id == file.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(cut => cut.DeletedAt, now), CancellationToken.None);
        file.DeletedAt = now;
        if (file.IsFolder)
            CutOff.Add(file);
    }

    /// <summary>The folders from the top of the tree down to a path, and the file there; empty when there is none.</summary>
    private async Task<List<StoredFile>> WalkAsync(FilePath path)
    {
        List<StoredFile> way =
        [
            new()
            {
                Id = (long)path.Tree,
                UserId = userId,
                Name = "",
                IsFolder = true,
            },
        ];
        foreach (var name in path.Tree == FileTree.Files ? [HomeName, .. path.Names] : path.Names)
        {
            if (await ChildAsync(way[^1], name) is not { } child)
                return [];

            way.Add(child);
        }

        return way;
    }

    private async Task<(Way? Way, PlaceOutcome? Refusal)> PrepareAsync(FileTransfer transfer)
    {
        if (await WalkAsync(transfer.From) is not [.. var aboveSource, var source])
            return (null, new PlaceOutcome.NotFound());
        if (transfer.From == transfer.To || transfer.From.IsTop || transfer.From.IsBelow(transfer.To) || transfer.To.IsBelow(transfer.From))
            return (null, new PlaceOutcome.IntoItself());
        if (await WalkAsync(transfer.To.Parent) is not [.., { IsFolder: true } parent] above)
            return (null, new PlaceOutcome.NoParent());

        var existing = await ChildAsync(parent, transfer.To.Name);
        return existing is null || transfer.Overwrite
            ? (new Way(source, aboveSource, above, existing), null)
            : (null, new PlaceOutcome.Exists(existing));
    }

    private StoredFile Copy(StoredFile source, long parentId, string name, DateTimeOffset now) =>
        new()
        {
            UserId = userId,
            ParentId = parentId,
            Name = name,
            IsFolder = source.IsFolder,
            BlobKey = source.BlobKey,
            Revision = source.IsFolder ? StoredFile.NewRevision() : null,
            Size = source.Size,
            MediaType = source.MediaType,
            Checksum = source.Checksum,
            Properties = source.Properties,
            ModifiedAt = source.ModifiedAt,
            CreatedAt = now,
        };

    private async Task<bool> IsOverAsync(long quota, long added, StoredFile?[] freed)
    {
        var used = await db.LiveFiles(userId).SumAsync(file => file.Size, CancellationToken.None);
        foreach (var file in freed.OfType<StoredFile>())
            used -= await SizeAsync(file);

        return used + added > quota;
    }

    private async Task<long> SizeAsync(StoredFile file) =>
        file.IsFolder ? (await trees.SumAsync(db, userId, [file.Id])).GetValueOrDefault(file.Id) : file.Size;

    private Task<StoredFile?> ChildAsync(StoredFile folder, string name) =>
        folder.IsFolder
            ? db.LiveFiles(userId).FirstOrDefaultAsync(file => file.ParentId == folder.Id && file.Name == name, CancellationToken.None)
            : Task.FromResult<StoredFile?>(null);

    private async Task<PlaceOutcome> PlacedAsync(StoredFile file, bool created, IEnumerable<StoredFile> above)
    {
        await db.SaveChangesAsync(CancellationToken.None);
        await TouchAsync(above);
        return new PlaceOutcome.Placed(file, created);
    }

    private Task TouchAsync(IEnumerable<StoredFile> folders) => db.TouchAsync(folders.Select(folder => folder.Id));

    /// <summary>The objects of a move or copy.</summary>
    /// <param name="Source">The file or folder that is moved or copied.</param>
    /// <param name="AboveSource">The folders from the top down to it.</param>
    /// <param name="Above">The folders from the top down to its new place; the last is its new parent.</param>
    /// <param name="Replaced">The file or folder at its new path.</param>
    private sealed record Way(StoredFile Source, List<StoredFile> AboveSource, List<StoredFile> Above, StoredFile? Replaced)
    {
        public StoredFile Parent => Above[^1];
    }
}
