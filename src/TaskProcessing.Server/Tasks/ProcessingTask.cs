using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>A task as it is kept. Input and output are JSON texts, each an object, exactly as they will be sent.</summary>
internal sealed class ProcessingTask
{
    /// <summary>Given by the store; grows with every task, so that it also orders the queue.</summary>
    public long Id { get; set; }

    public required string Type { get; init; }

    public ProcessingStatus Status { get; set; }

    /// <summary>The owner's user id; null for guests and for provider apps without a user.</summary>
    public string? UserId { get; init; }

    /// <summary>The network of the guest that scheduled the task, such as <c>192.0.2.7/32</c>; null for all others.</summary>
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

    /// <summary>The total steps of <see cref="Progress"/>, if its worker counts steps.</summary>
    public int? TotalSteps { get; set; }

    /// <summary>The id of the provider that it was last handed out for.</summary>
    public string? ProviderId { get; set; }

    /// <summary>The error message for administrators; never sent to users.</summary>
    public string? ErrorMessage { get; set; }

    public string? UserFacingErrorMessage { get; set; }

    public required DateTimeOffset ScheduledAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The last stored change; a claim does not count.</summary>
    public required DateTimeOffset LastUpdated { get; set; }

    public DateTimeOffset? CompletionExpectedAt { get; init; }

    /// <summary>−10 to 10; the higher ones of a type come first.</summary>
    public int Priority { get; init; }

    /// <summary>
    /// Given by the store: the place among the waiting tasks of the same type and priority, the lowest first. Parties take
    /// turns.
    /// </summary>
    public long Turn { get; set; }

    /// <summary>The party that takes turns with the others: a user, a guest's network, or an app without a user.</summary>
    public string Party
    {
        get => field ??= PartyOf(Owner, AppId);
        private set;
    }

    /// <summary>A scheduled task that is tried again waits until then; null when it may be claimed.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>The number of times that it was given to a worker.</summary>
    public int Attempt { get; set; }

    /// <summary>
    /// The number of the current claim: it grows with every claim, and also when a claim ends for good, so that no number
    /// is used twice. 0 before the first.
    /// </summary>
    public long Claim { get; set; }

    /// <summary>The time that a worker may be silent.</summary>
    public int LeaseSeconds { get; set; } = 60;

    /// <summary>A running task is lost when its worker was silent until then.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>The number of renewals of the lease since a worker last took the task.</summary>
    public int Renewals { get; set; }

    /// <summary>The time when the output was last stored while the task ran.</summary>
    public DateTimeOffset? OutputAt { get; set; }

    /// <summary>Raised by every change that a reader may notice.</summary>
    public long Revision { get; set; } = 1;

    /// <summary>The trace of the schedule, as a W3C <c>traceparent</c>; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The events of the task, a line each; <see cref="TaskHistory"/> reads and writes them.</summary>
    public string History { get; set; } = "";

    public static string PartyOf(TaskOwner owner, string appId) =>
        owner switch
        {
            { UserId: { } user } => $"user {user}",
            { GuestAddress: { } network } => $"guest {network}",
            _ => $"app {appId}",
        };

    public TaskOwner Owner => new(UserId, GuestAddress);

    /// <summary>True when this is the current claim. A worker without a claim number is believed.</summary>
    public bool Counts(long? claim) => claim is null || claim == Claim;

    /// <summary>True when a webhook is sent at the end of the task.</summary>
    public bool HasWebhook => !string.IsNullOrEmpty(WebhookUri) && !string.IsNullOrEmpty(WebhookMethod);
}
