using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Reading;

/// <summary>The filter of a list of tasks; null means any. Without an owner the tasks of all owners are listed.</summary>
internal sealed record TaskQuery
{
    public TaskOwner? Owner { get; init; }

    public string? AppId { get; init; }

    public string? Type { get; init; }

    public string? CustomId { get; init; }

    /// <summary>0 means the tasks without a project.</summary>
    public int? ProjectId { get; init; }

    public ProcessingStatus? Status { get; init; }

    /// <summary>Only tasks that were handed out by this connected Nextcloud.</summary>
    public string? NextcloudId { get; init; }

    /// <summary>The part of the list; null means all.</summary>
    public TaskPage? Page { get; init; }
}

/// <summary>
/// A part of the tasks, the newest first: a number of them, after skipping some, or older than a task (which costs the
/// same at any depth).
/// </summary>
internal readonly record struct TaskPage(int Limit, int Offset = 0, long? BeforeId = null);
