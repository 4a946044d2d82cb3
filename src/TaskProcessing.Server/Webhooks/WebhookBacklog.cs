namespace TaskProcessing.Server.Webhooks;

/// <summary>The deliveries that have not reached their receivers.</summary>
/// <param name="WaitingCount">How many are due, being sent, or wait for their next attempt; counted up to a limit.</param>
/// <param name="FailedCount">How many were given up or refused; counted up to a limit.</param>
/// <param name="Waiting">The first of those that wait, the next one first.</param>
/// <param name="Failed">The newest of those that failed.</param>
internal sealed record WebhookBacklog(
    int WaitingCount,
    int FailedCount,
    IReadOnlyList<ListedWebhook> Waiting,
    IReadOnlyList<ListedWebhook> Failed
);

/// <summary>A delivery without its content.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="TaskId">The task that ended.</param>
/// <param name="Uri">Where it goes.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="CreatedAt">When the task ended.</param>
/// <param name="NextAttemptAt">When it is due; null when it has ended.</param>
/// <param name="LastStatus">What the receiver answered last; null when it did not.</param>
/// <param name="LastProblem">Why the last attempt failed.</param>
internal sealed record ListedWebhook(
    string Id,
    long TaskId,
    string Uri,
    WebhookState State,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    int? LastStatus,
    string? LastProblem
);
