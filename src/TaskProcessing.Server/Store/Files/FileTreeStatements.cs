using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Files;

/// <summary>The statements on trees of files; the dialect has the join from a folder to its members.</summary>
internal sealed class FileTreeStatements(Dialect dialect)
{
    /// <summary>
    /// {0} the copy of the folder, {1} name, {2} now, {3} id, {4} the revision of folders. A content stays as long as a file that is
    /// not deleted has it, so only such a file is copied.
    /// </summary>
    public static readonly Statement CopyOne = new(
        """
        INSERT INTO files (user_id, parent_id, name, is_folder, blob_key, revision, size, media_type, checksum, properties,
            modified_at, created_at)
        SELECT user_id, {0}, {1}, is_folder, blob_key, CASE WHEN is_folder THEN {4} END, size, media_type, checksum, properties,
            modified_at, {2}
        FROM files WHERE id = {3} AND deleted_at IS NULL
        RETURNING id, CAST({3} AS bigint), is_folder
        """
    );

    /// <summary>All that is below the folder {0}, the upper levels first.</summary>
    public string Below { get; } =
        $$"""
            WITH RECURSIVE tree(id, parent_id, name, is_folder, depth) AS (
                SELECT id, parent_id, name, is_folder, 0 FROM files WHERE id = {0}
                UNION ALL
                SELECT files.id, files.parent_id, files.name, files.is_folder, tree.depth + 1
                FROM tree{{dialect.JoinChildren}} WHERE tree.is_folder)
            SELECT id AS "Id", parent_id AS "ParentId", name AS "Name", depth AS "Depth" FROM tree WHERE depth > 0 ORDER BY depth
            """;

    /// <summary>The members of the folder {1} of the user {0}, down to the level {2}, the upper levels first.</summary>
    public string Search { get; } =
        $$"""
            WITH RECURSIVE tree(id, is_folder, depth) AS (
                SELECT id, is_folder, 1 FROM files WHERE deleted_at IS NULL AND user_id = {0} AND parent_id = {1}
                UNION ALL
                SELECT files.id, files.is_folder, tree.depth + 1
                FROM tree{{dialect.JoinChildren}} WHERE tree.is_folder AND tree.depth < {2})
            SELECT files.* FROM tree CROSS JOIN files WHERE files.id = tree.id ORDER BY tree.depth
            """;

    /// <summary>Up to {0} files in deleted folders that are not deleted yet.</summary>
    public string Left { get; } =
        $$"""
            SELECT files.id AS "Id", files.user_id AS "UserId", tree.deleted_at AS "DeletedAt"
            FROM (SELECT id, deleted_at FROM files WHERE deleted_at IS NOT NULL AND is_folder) AS tree{{dialect.JoinChildren}} LIMIT {0}
            """;

    /// <summary>The bytes in each of the folders of the user {0}, and below.</summary>
    public string Sum(IReadOnlyCollection<long> folderIds)
    {
        // All users have the same tops, and only they need to be told apart. The ids are numbers of ours: nothing to escape.
        const string entries = "SELECT parent_id, id, is_folder, size FROM files WHERE deleted_at IS NULL AND user_id";
        var tops = folderIds.Where(id => id <= 0).Select(top => $"{entries} = {{0}} AND parent_id = {top}");
        var folders = folderIds.Where(id => id > 0).ToList();
        if (folders.Count > 0)
            tops = tops.Append($"{entries} IS NOT NULL AND parent_id IN ({string.Join(", ", folders)})");

        return $$"""
            WITH RECURSIVE tree(top, id, is_folder, size) AS (
                {{string.Join(" UNION ALL ", tops)}}
                UNION ALL
                SELECT tree.top, files.id, files.is_folder, files.size FROM tree{{dialect.JoinChildren}} WHERE tree.is_folder)
            SELECT top AS "Id", CAST(SUM(size) AS BIGINT) AS "Size" FROM tree GROUP BY top
            """;
    }
}
