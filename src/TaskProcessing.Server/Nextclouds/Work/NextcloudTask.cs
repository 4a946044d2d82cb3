namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// A task of a Nextcloud that this server has claimed there. The row is written right after the claim and before any work: nothing
/// gives a claimed task back at a Nextcloud, so whatever happens here, it has to be ended there. docs/state-machine.md has the chart.
/// </summary>
internal sealed class NextcloudTask
{
    public const int KeyLength = 96;

    public long Id { get; set; }

    /// <summary>The connection.</summary>
    public required string NextcloudId { get; init; }

    /// <summary>The number of the task there; unique in its connection.</summary>
    public required long RemoteId { get; init; }

    /// <summary>The owner there; null for tasks of apps without a user.</summary>
    public string? RemoteUser { get; init; }

    public required string Type { get; init; }

    /// <summary>The app that scheduled the task there.</summary>
    public required string AppId { get; init; }

    /// <summary>The input as it came, a JSON text; emptied at the end.</summary>
    public required string Input { get; set; }

    public bool PreferStreaming { get; init; }

    public bool IncludeWatermark { get; init; } = true;

    /// <summary>The number of the claim; null from servers that number none, such as Nextcloud.</summary>
    public long? Claim { get; init; }

    /// <summary>
    /// The name of this claim in the local queue: idempotency key and custom id of the local task, so that a schedule without a known
    /// outcome is repeated safely.
    /// </summary>
    public required string Key { get; init; }

    public NextcloudTaskState State { get; set; }

    /// <summary>The input with the files of this server in place of those there; null until all are fetched. Emptied at the end.</summary>
    public string? LocalInput { get; set; }

    /// <summary>The task in the local queue; null until it is scheduled.</summary>
    public long? TaskId { get; set; }

    /// <summary>A JSON object: which local file was uploaded under which id there. Null before the first.</summary>
    public string? Uploads { get; set; }

    /// <summary>The error to report there, for administrators; null where the local task has the result.</summary>
    public string? Failure { get; set; }

    /// <summary>The error to report there, for the user.</summary>
    public string? ShownFailure { get; set; }

    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The time since which the result is on its way.</summary>
    public DateTimeOffset? ResultSince { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The end of the row; null before.</summary>
    public NextcloudTaskEnd? End { get; set; }

    /// <summary>The failed tries of the present step.</summary>
    public int Tries { get; set; }

    /// <summary>The reason of the last failed try; null after one that worked.</summary>
    public string? Problem { get; set; }
}

/// <summary>The steps of a claimed task, in their order; none is gone back.</summary>
internal enum NextcloudTaskState
{
    /// <summary>The Nextcloud has handed it out; its files are fetched, then it is scheduled here.</summary>
    Claimed = 0,

    /// <summary>It waits or runs in the local queue; progress is reported there.</summary>
    Scheduled = 1,

    /// <summary>Its result is on its way there. From here on no progress is reported.</summary>
    Finishing = 2,

    /// <summary>It has ended there, or there is nobody left to tell; see <see cref="NextcloudTask.End"/>.</summary>
    Ended = 3,
}

/// <summary>The ways in which a claimed task ends.</summary>
internal enum NextcloudTaskEnd
{
    /// <summary>The Nextcloud has the result or the error.</summary>
    Told = 0,

    /// <summary>It was cancelled there.</summary>
    Cancelled = 1,

    /// <summary>It was deleted there.</summary>
    Gone = 2,

    /// <summary>The Nextcloud refused its end, or was away for too long; it may be running there for ever.</summary>
    GivenUp = 3,

    /// <summary>It had ended there in another way before it could be told.</summary>
    EndedThere = 4,
}
