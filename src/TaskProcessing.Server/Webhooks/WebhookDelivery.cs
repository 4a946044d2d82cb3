using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// The news that a task has ended, on its way to whoever wanted to hear it. Written in the transaction that ends the task,
/// with all that there is to say, so that it needs the task no more.
/// </summary>
internal sealed class WebhookDelivery
{
    /// <summary>Unique everywhere and for ever: by it receivers notice that a delivery comes twice.</summary>
    public required string Id { get; init; }

    public required long TaskId { get; init; }

    /// <summary>The task's user; null for guests and for apps that act for nobody.</summary>
    public string? UserId { get; init; }

    /// <summary>Whether a guest scheduled the task.</summary>
    public bool OfGuest { get; init; }

    public required string Uri { get; init; }

    public required string Method { get; init; }

    /// <summary>Where it goes, as <see cref="WebhookTarget.Place"/> tells it: deliveries to the same place share its part of the connections.</summary>
    public required string Target { get; init; }

    /// <summary><c>{"task": …}</c> as the task was when it ended; empty once delivered, as nobody needs it then.</summary>
    public required string Body { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public WebhookState State { get; set; }

    /// <summary>How often it was tried since <see cref="RetriedSince"/>.</summary>
    public int Attempts { get; set; }

    /// <summary>When the time for retries began: when the task ended, or when an operator wanted another try.</summary>
    public required DateTimeOffset RetriedSince { get; set; }

    /// <summary>When it is due; while it is being sent, when it is due for others. Null when it has ended.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What the receiver answered last; null when it did not.</summary>
    public int? LastStatus { get; set; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? LastProblem { get; set; }

    /// <summary>What became of each attempt, in the form of <see cref="TaskHistory"/>.</summary>
    public string History { get; set; } = "";

    /// <summary>The delivery of a task that has just ended; it is due at once.</summary>
    public static WebhookDelivery Of(ProcessingTask task, WebhookForm form, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now).ToString(),
        TaskId = task.Id,
        UserId = task.UserId,
        OfGuest = task.GuestAddress is not null,
        Uri = task.WebhookUri!,
        Method = task.WebhookMethod!,
        Target = WebhookTarget.Parse(task.WebhookMethod!, task.WebhookUri!).Place,
        Body = WebhookBody.Of(task, form),
        CreatedAt = now,
        RetriedSince = now,
        NextAttemptAt = now,
    };
}

/// <summary>How far a delivery is.</summary>
internal enum WebhookState
{
    /// <summary>It is due, or waits for its next attempt.</summary>
    Waiting,

    /// <summary>A node sends it, and counts as dead when it has not said what came of it in time.</summary>
    Sending,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>Tried for as long as we try; an operator can have it tried again.</summary>
    GivenUp,

    /// <summary>It cannot or must not be sent; an operator can have it tried again when the reason is gone.</summary>
    Refused,
}

internal static class WebhookStateNames
{
    /// <summary>The state in words, for people.</summary>
    public static string Name(this WebhookState state) => state == WebhookState.GivenUp ? "given up" : state.ToString().ToLowerInvariant();
}
