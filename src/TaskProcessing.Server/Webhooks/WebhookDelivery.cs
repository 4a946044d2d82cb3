using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// A webhook delivery: the message that a task has ended. It is written in the transaction that ends the task, with its whole
/// content, so it does not need the task later.
/// </summary>
internal sealed class WebhookDelivery
{
    /// <summary>Unique everywhere and for ever: by it receivers notice that a delivery comes twice.</summary>
    public required string Id { get; init; }

    public required long TaskId { get; init; }

    /// <summary>The task's user; null for guests and for apps without a user.</summary>
    public string? UserId { get; init; }

    /// <summary>True when a guest scheduled the task.</summary>
    public bool OfGuest { get; init; }

    public required string Uri { get; init; }

    public required string Method { get; init; }

    /// <summary>
    /// The place of the receiver, see <see cref="WebhookTarget.Place"/>: deliveries to one place share its part of the
    /// connections.
    /// </summary>
    public required string Target { get; init; }

    /// <summary><c>{"task": …}</c> as the task was when it ended; empty once delivered.</summary>
    public required string Body { get; set; }

    /// <summary>The trace that the task was scheduled in; null without one.</summary>
    public string? TraceParent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public WebhookState State { get; set; }

    /// <summary>The number of attempts since <see cref="RetriedSince"/>.</summary>
    public int Attempts { get; set; }

    /// <summary>The begin of the time for retries: the end of the task, or an operator's retry.</summary>
    public required DateTimeOffset RetriedSince { get; set; }

    /// <summary>
    /// The time of the next attempt; during an attempt, the time when other nodes may take it over. Null after the end.
    /// </summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The last status of the receiver; null without an answer.</summary>
    public int? LastStatus { get; set; }

    /// <summary>The reason for the failure of the last attempt; null without one.</summary>
    public string? LastProblem { get; set; }

    /// <summary>The results of the attempts, in the form of <see cref="TaskHistory"/>.</summary>
    public string History { get; set; } = "";

    /// <summary>The delivery of a task that has just ended; it is due at once.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tasks">The writer that the answers of the API are written by as well.</param>
    /// <param name="now">The time of the end.</param>
    public static WebhookDelivery Of(ProcessingTask task, TaskJson tasks, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now).ToString(),
            TaskId = task.Id,
            UserId = task.UserId,
            OfGuest = task.GuestAddress is not null,
            Uri = task.WebhookUri!,
            Method = task.WebhookMethod!,
            Target = WebhookTarget.Parse(task.WebhookMethod!, task.WebhookUri!).Place,
            Body = Envelope(task, tasks),
            TraceParent = task.TraceParent,
            CreatedAt = now,
            RetriedSince = now,
            NextAttemptAt = now,
        };

    private static string Envelope(ProcessingTask task, TaskJson tasks)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        buffer.Json.WritePropertyName("task"u8);
        tasks.Write(buffer.Json, task);
        buffer.Json.WriteEndObject();
        return buffer.Text;
    }
}
