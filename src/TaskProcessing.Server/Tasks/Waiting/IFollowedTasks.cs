namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>The further queries of followers of tasks.</summary>
internal interface IFollowedTasks
{
    /// <summary>
    /// The ids of a user's tasks that have not ended; with a time also the latest tasks that ended since then, up to a
    /// limit.
    /// </summary>
    Task<IReadOnlyList<long>> ListAsync(string userId, DateTimeOffset? endedSince, int mostEnded, CancellationToken cancellationToken);

    /// <summary>The revision of each of the tasks that is still there.</summary>
    Task<IReadOnlyDictionary<long, long>> ReadRevisionsAsync(IReadOnlyCollection<long> taskIds, CancellationToken cancellationToken);
}
