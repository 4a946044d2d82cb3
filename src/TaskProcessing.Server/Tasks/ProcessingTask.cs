using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>A task as it is kept. Input and output are JSON texts, each an object, exactly as they will be sent.</summary>
internal sealed class ProcessingTask
{
    /// <summary>Given by the store; grows with every task, so that it also orders the queue.</summary>
    public long Id { get; set; }

    public required string Type { get; init; }

    public ProcessingStatus Status { get; set; }

    /// <summary>The owner; null for guests and for provider apps that act for nobody.</summary>
    public string? UserId { get; init; }

    /// <summary>The network a guest scheduled from, such as <c>192.0.2.7/32</c>; null for everybody else.</summary>
    public string? GuestAddress { get; init; }

    public required string AppId { get; init; }

    public required string Input { get; init; }

    public string? Output { get; set; }

    public string? CustomId { get; init; }

    public string? WebhookUri { get; init; }

    public string? WebhookMethod { get; init; }

    public bool IncludeWatermark { get; init; } = true;

    public bool PreferStreaming { get; init; }

    public bool AllowCleanup { get; init; } = true;

    /// <summary>0 to 1; null before the first report.</summary>
    public double? Progress { get; set; }

    /// <summary>The project that a pipeline scheduled it for; 0 without one.</summary>
    public int ProjectId { get; init; }

    /// <summary>Of how many steps <see cref="Progress"/> is a part, if its worker said so.</summary>
    public int? TotalSteps { get; set; }

    /// <summary>The id of the provider that it was last handed out for.</summary>
    public string? ProviderId { get; set; }

    /// <summary>What went wrong, for administrators; never sent to users.</summary>
    public string? ErrorMessage { get; set; }

    public string? UserFacingErrorMessage { get; set; }

    public required DateTimeOffset ScheduledAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The last stored change; a claim does not count.</summary>
    public required DateTimeOffset LastUpdated { get; set; }

    public DateTimeOffset? CompletionExpectedAt { get; init; }

    public TaskOwner Owner => new(UserId, GuestAddress);
}

/// <summary>
/// Whose a task is: a user's, a guest's (known by network address alone), or nobody's (a provider app that acts for
/// nobody). Only the same owner may see or change it.
/// </summary>
internal readonly record struct TaskOwner(string? UserId, string? GuestAddress)
{
    public static TaskOwner Nobody => default;

    public static TaskOwner User(string userId) => new(userId, null);

    public static TaskOwner Guest(string address) => new(null, address);
}
