using System.Text.Json;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>What a client asks for. <see cref="Input"/> is a JSON object, or an array for an empty input.</summary>
internal sealed record ScheduleRequest(TaskOwner Owner, string Type, string AppId, JsonElement Input)
{
    public string CustomId { get; init; } = "";

    public string? WebhookUri { get; init; }

    public string? WebhookMethod { get; init; }

    public bool IncludeWatermark { get; init; } = true;

    public bool PreferStreaming { get; init; }

    /// <summary>−10 to 10; above 0 only for administrators and the apps of <see cref="QueueOptions.PriorityApps"/>.</summary>
    public int Priority { get; init; }

    /// <summary>The project of a pipeline; 0 without one.</summary>
    public int ProjectId { get; init; }

    /// <summary>What tells a repeat of this request from another request; null when the client gave none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether an administrator asks.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>The provider app that asks; null for everybody else. Unlike <see cref="AppId"/> it is proven.</summary>
    public string? CallingApp { get; init; }

    /// <summary>Who asks, for the history of the task.</summary>
    public string Actor { get => field ?? Party; init; }

    public string Party => ProcessingTask.PartyOf(Owner, AppId);

    /// <summary>Which text is longer than the store keeps; null when none is.</summary>
    public string? TooLong()
    {
        ReadOnlySpan<(string Name, string? Value, int Limit)> texts =
        [
            ("appId", AppId, ProcessingTaskLimits.AppId),
            ("customId", CustomId, ProcessingTaskLimits.CustomId),
            ("webhookUri", WebhookUri, ProcessingTaskLimits.WebhookUri),
            ("webhookMethod", WebhookMethod, ProcessingTaskLimits.WebhookMethod),
            ("Idempotency-Key", IdempotencyKey, ProcessingTaskLimits.IdempotencyKey),
        ];
        foreach (var (name, value, limit) in texts)
        {
            if (value?.Length > limit)
                return $"\"{name}\" is too long, the maximum length is {limit} characters";
        }

        return null;
    }
}

/// <summary>How long the texts of a task may be, in characters; Nextcloud's table has the same limits.</summary>
internal static class ProcessingTaskLimits
{
    public const int AppId = 64;
    public const int CustomId = 255;
    public const int WebhookUri = 4000;
    public const int WebhookMethod = 64;
    public const int IdempotencyKey = 255;
    public const int LowestPriority = -10;
    public const int HighestPriority = 10;

    /// <summary>In UTF-8 bytes; longer error messages are cut.</summary>
    public const int ErrorMessageBytes = 4000;
}

/// <summary>What came of <see cref="ScheduleTask"/>.</summary>
internal abstract record ScheduleOutcome
{
    private ScheduleOutcome()
    {
    }

    /// <summary>The task waits for a worker.</summary>
    public sealed record Scheduled(ProcessingTask Task) : ScheduleOutcome;

    /// <summary>There is no such task type; these look like it.</summary>
    public sealed record UnknownType(IReadOnlyList<string> Nearest) : ScheduleOutcome;

    /// <summary>Nobody serves the task type now, or it is disabled.</summary>
    public sealed record NotAvailable : ScheduleOutcome;

    /// <summary>The input does not fit; the reason names the slot.</summary>
    public sealed record Invalid(string Reason) : ScheduleOutcome;

    /// <summary>The caller may not put its tasks before those of others.</summary>
    public sealed record PriorityForbidden : ScheduleOutcome;

    /// <summary>The owner, or the app, has as many waiting tasks as it may have.</summary>
    public sealed record TooManyQueued(string Reason) : ScheduleOutcome;

    /// <summary>The key of another request was given with this one.</summary>
    public sealed record KeyReused : ScheduleOutcome;

    /// <summary>The input names files that are not the owner's.</summary>
    public sealed record FilesForbidden(string Reason) : ScheduleOutcome;
}
