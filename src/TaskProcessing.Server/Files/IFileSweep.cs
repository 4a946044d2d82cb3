using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Removes files that are no longer in use; their contents are left to <see cref="IBlobCatalogue.MarkUnusedAsync"/>. Each answers how
/// many rows went.
/// </summary>
internal interface IFileSweep
{
    /// <summary>
    /// Up to <paramref name="limit"/> files that their users deleted before the given time, but for those that an unfinished
    /// task of theirs names.
    /// </summary>
    Task<int> RemoveDeletedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Up to <paramref name="limit"/> result files from before the given time that their task, which has ended, does not name.
    /// </summary>
    Task<int> RemoveUnnamedResultsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> received files from before the given time that became no task's.</summary>
    Task<int> RemoveReceivedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Marks folders at the top of a temporary tree as deleted when nothing was added to them since the given time.
    /// </summary>
    Task<int> AbandonAsync(FileTree tree, DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Marks a portion of the members of deleted folders that are not marked yet, because a process died during the work.
    /// Answers 0 when there are no more.
    /// </summary>
    Task<int> DeleteRemainingAsync(CancellationToken cancellationToken);

    /// <summary>Removes the files, of users and tasks, whose contents are lost; answers their number.</summary>
    Task<int> RemoveLostAsync(IReadOnlyCollection<string> blobKeys, CancellationToken cancellationToken);
}
