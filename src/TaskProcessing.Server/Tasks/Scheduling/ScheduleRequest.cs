using System.Security.Cryptography;
using System.Text.Json;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>The request of a client. <see cref="Input"/> is a JSON object, or an array for an empty input.</summary>
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

    /// <summary>The key by which a repeat of this request is recognised; null when the client sent none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// Files that this server fetched for the task, see <see cref="IFileStore.AddReceivedAsync"/>. The input may name them, and they
    /// become the task's. Such a request has a key.
    /// </summary>
    public IReadOnlyCollection<long> ReceivedFiles { get; init; } = [];

    /// <summary>True for a caller in this process whose key counts even where <see cref="QueueOptions.IdempotencyHours"/> is 0.</summary>
    public bool KeyAlwaysCounts { get; init; }

    /// <summary>True when an administrator schedules.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>The calling provider app; null for other callers. Unlike <see cref="AppId"/> it is authenticated.</summary>
    public string? CallingApp { get; init; }

    /// <summary>The <c>traceparent</c> that the client sent; null without one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The scheduling user or app, for the history of the task.</summary>
    public string Actor
    {
        get => field ?? Party;
        init;
    }

    public string Party => ProcessingTask.PartyOf(Owner, AppId);

    /// <summary>The hash of the request: it shows whether the second of two requests with one key repeats the first.</summary>
    public string Hash() =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new object?[]
                    {
                        Type,
                        Input,
                        CustomId,
                        WebhookUri,
                        WebhookMethod,
                        IncludeWatermark,
                        PreferStreaming,
                        Priority,
                        ProjectId,
                    }
                )
            )
        );

    /// <summary>The name of a text that is longer than its limit; null when there is none.</summary>
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
