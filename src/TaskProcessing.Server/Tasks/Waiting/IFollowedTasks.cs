namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>What those who follow tasks read beside the tasks themselves.</summary>
internal interface IFollowedTasks
{
    /// <summary>A user's tasks that have not ended, by id; and, if a time is given, those that changed since.</summary>
    Task<IReadOnlyList<ProcessingTask>> ListAsync(string userId, DateTimeOffset? changedSince, CancellationToken cancellationToken);

    /// <summary>The revision of each of the tasks that is still there.</summary>
    Task<IReadOnlyDictionary<long, long>> ReadRevisionsAsync(IReadOnlyCollection<long> taskIds, CancellationToken cancellationToken);
}
