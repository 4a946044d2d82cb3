using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Removes files that nobody can miss; their contents are left to <see cref="IBlobCatalogue.DoomAsync"/>. Each answers how many rows went.</summary>
internal interface IFileSweep
{
    /// <summary>Up to <paramref name="limit"/> files that their users deleted before the given time, but for those that an unfinished task of theirs names.</summary>
    Task<int> RemoveDeletedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> result files from before the given time that their task, which has ended, does not name.</summary>
    Task<int> RemoveUnnamedResultsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Marks the parts of uploads that nothing was added to since the given time as deleted.</summary>
    Task<int> AbandonUploadsAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The files, of users and tasks, whose contents are lost.</summary>
    Task<int> RemoveLostAsync(IReadOnlyCollection<string> blobKeys, CancellationToken cancellationToken);
}
