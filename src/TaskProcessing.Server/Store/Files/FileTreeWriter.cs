using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store.Files;

/// <summary>The changes of one user's trees, each within a transaction that holds the user's account.</summary>
internal sealed class FileTreeWriter(TaskDbContext db, string userId)
{
    public async Task<StoredFile?> FindAsync(FilePath path)
    {
        var file = new StoredFile { Id = (long)path.Tree, UserId = userId, Name = "", IsFolder = true };
        foreach (var name in path.Names)
        {
            if (await ChildAsync(file, name) is not { } child)
                return null;

            file = child;
        }

        return file;
    }

    public async Task<PlaceOutcome> SaveAsync(FileSave save)
    {
        if (save.Path.IsTop || await FindAsync(save.Path.Parent) is not { IsFolder: true } parent)
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
            await DeleteAsync(parts.Id, save.Now);

        var file = existing ?? new StoredFile { UserId = userId, ParentId = parent.Id, Name = save.Path.Name, CreatedAt = save.Now };
        file.BlobKey = save.Content.Key;
        file.Size = save.Content.Size;
        file.MediaType = save.Content.MediaType;
        file.Checksum = save.Content.Checksum;
        file.ModifiedAt = save.ModifiedAt;
        db.Update(file);
        return await PlacedAsync(file, created: existing is null);
    }

    public async Task<PlaceOutcome> AddFolderAsync(FilePath path, DateTimeOffset now)
    {
        if (await FindAsync(path) is { } existing)
            return new PlaceOutcome.Exists(existing);
        if (await FindAsync(path.Parent) is not { IsFolder: true } parent)
            return new PlaceOutcome.NoParent();

        var folder = new StoredFile { UserId = userId, ParentId = parent.Id, Name = path.Name, IsFolder = true, ModifiedAt = now, CreatedAt = now };
        db.Add(folder);
        return await PlacedAsync(folder, created: true);
    }

    public async Task<PlaceOutcome> MoveAsync(FileTransfer transfer)
    {
        var (source, parent, replaced, refusal) = await PrepareAsync(transfer);
        if (refusal is not null)
            return refusal;

        if (replaced is not null)
            await DeleteAsync(replaced.Id, transfer.Now);
        source!.ParentId = parent!.Id;
        source.Name = transfer.To.Name;
        db.Update(source);
        return await PlacedAsync(source, created: replaced is null);
    }

    public async Task<PlaceOutcome> CopyAsync(FileTransfer transfer)
    {
        var (source, parent, replaced, refusal) = await PrepareAsync(transfer);
        if (refusal is not null)
            return refusal;

        if (transfer.Quota is { } quota && await IsOverAsync(quota, added: transfer.Deep ? await SizeAsync(source!) : source!.Size, freed: [replaced]))
            return new PlaceOutcome.OverQuota(quota);

        if (replaced is not null)
            await DeleteAsync(replaced.Id, transfer.Now);
        var copy = Copy(source!, parent!.Id, transfer.To.Name, transfer.Now);
        db.Add(copy);
        await db.SaveChangesAsync(CancellationToken.None);
        if (source!.IsFolder && transfer.Deep)
            await CopyChildrenAsync([(source.Id, copy.Id)], transfer.Now);

        return new PlaceOutcome.Placed(copy, Created: replaced is null);
    }

    /// <summary>Marks a file, or a folder and all below it.</summary>
    public Task DeleteAsync(long id, DateTimeOffset now) => db.Database.ExecuteSqlAsync(
        $"""
        WITH RECURSIVE tree(id) AS (
            SELECT id FROM files WHERE id = {id}
            UNION ALL
            SELECT files.id FROM files JOIN tree ON files.parent_id = tree.id WHERE files.user_id = {userId} AND files.deleted_at IS NULL)
        UPDATE files SET deleted_at = {now.ToUnixTimeMilliseconds()} WHERE id IN (SELECT id FROM tree)
        """,
        CancellationToken.None);

    private async Task<(StoredFile? Source, StoredFile? Parent, StoredFile? Replaced, PlaceOutcome? Refusal)> PrepareAsync(FileTransfer transfer)
    {
        if (await FindAsync(transfer.From) is not { } source)
            return (null, null, null, new PlaceOutcome.NotFound());
        if (transfer.From == transfer.To || transfer.From.IsTop || transfer.From.IsBelow(transfer.To) || transfer.To.IsBelow(transfer.From))
            return (null, null, null, new PlaceOutcome.IntoItself());
        if (await FindAsync(transfer.To.Parent) is not { IsFolder: true } parent)
            return (null, null, null, new PlaceOutcome.NoParent());

        var existing = await ChildAsync(parent, transfer.To.Name);
        return existing is null || transfer.Overwrite ? (source, parent, existing, null) : (null, null, null, new PlaceOutcome.Exists(existing));
    }

    /// <summary>Level by level, since children need the ids of their parents.</summary>
    private async Task CopyChildrenAsync(List<(long From, long To)> folders, DateTimeOffset now)
    {
        while (folders.Count > 0)
        {
            var copies = new List<(StoredFile From, StoredFile To)>();
            foreach (var (from, to) in folders)
            {
                var children = await db.LiveFiles(userId).Where(file => file.ParentId == from).ToListAsync(CancellationToken.None);
                copies.AddRange(children.Select(child => (child, Copy(child, to, child.Name, now))));
            }

            db.AddRange(copies.Select(copy => copy.To));
            await db.SaveChangesAsync(CancellationToken.None);
            db.ChangeTracker.Clear();
            folders = [.. copies.Where(copy => copy.From.IsFolder).Select(copy => (copy.From.Id, copy.To.Id))];
        }
    }

    private StoredFile Copy(StoredFile source, long parentId, string name, DateTimeOffset now) => new()
    {
        UserId = userId,
        ParentId = parentId,
        Name = name,
        IsFolder = source.IsFolder,
        BlobKey = source.BlobKey,
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
        file.IsFolder ? (await db.SumFoldersAsync(userId, [file.Id], CancellationToken.None)).GetValueOrDefault(file.Id) : file.Size;

    private Task<StoredFile?> ChildAsync(StoredFile folder, string name) => folder.IsFolder
        ? db.LiveFiles(userId).FirstOrDefaultAsync(file => file.ParentId == folder.Id && file.Name == name, CancellationToken.None)
        : Task.FromResult<StoredFile?>(null);

    private async Task<PlaceOutcome> PlacedAsync(StoredFile file, bool created)
    {
        await db.SaveChangesAsync(CancellationToken.None);
        return new PlaceOutcome.Placed(file, created);
    }
}
