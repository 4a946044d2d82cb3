using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Store.Files;

/// <summary>
/// Gives folders another ETag when something below them changes. Each is part of the transaction of the change, which holds the
/// account: of two changes none waits for the other crosswise.
/// </summary>
internal static class FolderRevisions
{
    /// <summary>These folders, and no others; the numbers of trees count for nothing.</summary>
    public static async Task TouchAsync(this TaskDbContext db, IEnumerable<long> folderIds)
    {
        var ids = folderIds.Where(id => id > 0).ToHashSet();
        if (ids.Count == 0)
            return;

        var revision = StoredFile.NewRevision();
        await db
            .Files.Where(folder => ids.Contains(folder.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(folder => folder.Revision, revision), CancellationToken.None);
    }

    /// <summary>These folders and all above them, found level by level; the trees are as deep as addresses may be.</summary>
    public static async Task TouchUpAsync(this TaskDbContext db, IEnumerable<long> folderIds)
    {
        var all = new HashSet<long>();
        var level = folderIds.Where(id => id > 0).ToList();
        while (level.Count > 0)
        {
            all.UnionWith(level);
            var parents = db.Files.Where(folder => level.Contains(folder.Id)).Select(folder => folder.ParentId).Distinct();
            level = [.. (await parents.ToListAsync(CancellationToken.None)).Where(id => id > 0 && !all.Contains(id))];
        }

        await db.TouchAsync(all);
    }
}
