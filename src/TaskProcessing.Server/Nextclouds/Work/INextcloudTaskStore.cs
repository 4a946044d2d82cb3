namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Keeps the tasks that were claimed at Nextclouds. A method named <c>Try…</c> is one guarded statement; it answers false when the task
/// is in another state by now, or when another node holds the connection. Answers are durable.
/// </summary>
internal interface INextcloudTaskStore
{
    /// <summary>
    /// Stores tasks of one connection that were handed out together, whoever holds the connection, and notes the answer of the poll. One
    /// with the same number that has ended is replaced: a Nextcloud that was restored from a backup counts from there.
    /// </summary>
    /// <returns>The stored ones: those that were not known, or had ended.</returns>
    Task<IReadOnlyList<NextcloudTask>> AddAsync(IReadOnlyList<NextcloudTask> tasks, CancellationToken cancellationToken);

    /// <summary>The tasks of a connection that have not ended, in the order of their claims.</summary>
    Task<IReadOnlyList<NextcloudTask>> ListUnfinishedAsync(string nextcloudId, CancellationToken cancellationToken);

    /// <summary>The tasks with the given numbers, in any state.</summary>
    Task<IReadOnlyList<NextcloudTask>> ListAsync(
        string nextcloudId,
        IReadOnlyCollection<long> remoteIds,
        CancellationToken cancellationToken
    );

    /// <summary>The users whose tasks were handed out, the latest first.</summary>
    Task<IReadOnlyList<string>> ListUsersAsync(string nextcloudId, int limit, CancellationToken cancellationToken);

    /// <summary>The number of tasks of each connection in each state but ended.</summary>
    Task<IReadOnlyList<NextcloudTaskCount>> CountAsync(CancellationToken cancellationToken);

    /// <summary>Claimed: all files are fetched.</summary>
    Task<bool> TrySaveInputAsync(long id, string holder, string localInput, CancellationToken cancellationToken);

    /// <summary>Claimed → scheduled.</summary>
    Task<bool> TryScheduledAsync(long id, string holder, long taskId, CancellationToken cancellationToken);

    /// <summary>Claimed or scheduled → finishing; without an error the local task has the result.</summary>
    Task<bool> TryFinishingAsync(
        long id,
        string holder,
        NextcloudFailure? failure,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Finishing: an error takes the place of a result that is refused.</summary>
    Task<bool> TryFailInsteadAsync(long id, string holder, NextcloudFailure failure, CancellationToken cancellationToken);

    /// <summary>Finishing: the ids of the files that are uploaded so far.</summary>
    Task<bool> TrySaveUploadsAsync(long id, string holder, string uploads, CancellationToken cancellationToken);

    /// <summary>Any state but ended: the last try failed; null and 0 after one that worked.</summary>
    Task<bool> TryNoteProblemAsync(long id, string holder, int tries, string? problem, CancellationToken cancellationToken);

    /// <summary>Any state → ended. Input and output of the row are emptied, and the files of the local task are removed.</summary>
    Task<bool> TryEndAsync(long id, string holder, NextcloudTaskEnd end, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes rows that ended before the given time and whose local task is gone; answers their number.</summary>
    Task<int> RemoveEndedAsync(DateTimeOffset before, CancellationToken cancellationToken);

    Task<NextcloudHold?> FindHoldAsync(string nextcloudId, CancellationToken cancellationToken);

    /// <summary>Takes a connection that nobody holds, or whose holder has not raised the beat since.</summary>
    /// <param name="nextcloudId">The connection.</param>
    /// <param name="holder">The taking process.</param>
    /// <param name="seen">The hold as it was seen; null when there was none.</param>
    /// <param name="now">The time until which a poll of the last holder may have been answered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> TryHoldAsync(
        string nextcloudId,
        string holder,
        NextcloudHold? seen,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Raises the beat.</summary>
    Task<bool> TryBeatAsync(string nextcloudId, string holder, CancellationToken cancellationToken);

    /// <summary>Notes that a poll for so many tasks begins, and raises the beat.</summary>
    Task<bool> TryBeginPollAsync(string nextcloudId, string holder, int asked, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Notes that the poll was answered with nothing, or reached nobody.</summary>
    Task EndPollAsync(string nextcloudId, string holder, CancellationToken cancellationToken);

    /// <summary>Notes that the poll that has begun got no answer.</summary>
    Task LosePollAsync(string nextcloudId, string holder, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The search for lost tasks is over.</summary>
    Task ForgetUnansweredAsync(string nextcloudId, string holder, CancellationToken cancellationToken);

    /// <summary>Gives a connection up, so that another node need not wait.</summary>
    Task ReleaseAsync(string nextcloudId, string holder, CancellationToken cancellationToken);

    /// <summary>Removes all that is known of a connection's tasks; the local tasks stay.</summary>
    Task RemoveAsync(string nextcloudId, CancellationToken cancellationToken);
}

/// <summary>An error to report: for administrators, and for the user.</summary>
internal sealed record NextcloudFailure(string Message, string Shown)
{
    /// <summary>An error that needs no other words for administrators.</summary>
    public static NextcloudFailure Of(string sentence) => new(sentence, sentence);
}

/// <summary>How many tasks of a connection are in a state.</summary>
internal readonly record struct NextcloudTaskCount(string NextcloudId, NextcloudTaskState State, int Count);
