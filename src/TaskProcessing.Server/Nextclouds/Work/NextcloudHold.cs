namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>Which node works for a connection, and its polls that were not answered.</summary>
/// <remarks>
/// The holder raises <see cref="Beat"/> all the time. Another node takes over when it has seen the same beat for as long as a hold
/// lasts, by its own measure of time: clocks of nodes need not agree.
/// </remarks>
internal sealed class NextcloudHold
{
    /// <summary>The connection.</summary>
    public required string NextcloudId { get; init; }

    /// <summary>The process that works for it; null for none.</summary>
    public string? Holder { get; set; }

    public long Beat { get; set; }

    /// <summary>The begin of the last poll, if nobody noted its answer: tasks may have been handed out with it.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    /// <summary>The number of tasks that the last poll asked for.</summary>
    public int Asked { get; set; }

    /// <summary>The most tasks that were handed out with polls without an answer since the last search for lost tasks.</summary>
    public int Unanswered { get; set; }

    /// <summary>The begin of the first of these polls.</summary>
    public DateTimeOffset? UnansweredSince { get; set; }

    /// <summary>The time until which a task may have been handed out with the last of them.</summary>
    public DateTimeOffset? UnansweredUntil { get; set; }
}
