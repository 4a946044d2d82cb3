using System.Security.Cryptography;
using System.Text.Json;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>
/// The mark of one request: a client that did not hear the answer sends it again under the same key and gets the task of
/// the first try. Keys of different owners and apps have nothing to do with each other.
/// </summary>
/// <param name="Party">Whose request it is.</param>
/// <param name="AppId">The app that the task is scheduled by.</param>
/// <param name="Key">What the client chose.</param>
/// <param name="Request">The hash of the request.</param>
/// <param name="Now">When it came.</param>
/// <param name="ForgottenBefore">Keys that were first seen before then do not count any more.</param>
internal sealed record IdempotencyKey(string Party, string AppId, string Key, string Request, DateTimeOffset Now, DateTimeOffset ForgottenBefore)
{
    /// <returns>Null for a request without a key.</returns>
    public static IdempotencyKey? Of(ScheduleRequest request, DateTimeOffset now, TimeSpan kept) =>
        request.IdempotencyKey is not { Length: > 0 and <= ProcessingTaskLimits.IdempotencyKey } key || request.AppId.Length > ProcessingTaskLimits.AppId
            ? null
            : new(request.Party, request.AppId, key, Hash(request), now, now - kept);

    private static string Hash(ScheduleRequest request) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new object?[]
        {
            request.Type, request.Input, request.CustomId, request.WebhookUri, request.WebhookMethod, request.IncludeWatermark,
            request.PreferStreaming, request.Priority, request.ProjectId,
        })));
}

/// <summary>A key that the store remembers.</summary>
internal sealed class StoredIdempotencyKey
{
    public required string Party { get; init; }

    public required string AppId { get; init; }

    public required string Key { get; init; }

    public required string Request { get; set; }

    public required long TaskId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>The task that was scheduled under a key.</summary>
/// <param name="Task">The task as it is now.</param>
/// <param name="SameRequest">Whether the key came with the same request then.</param>
internal sealed record KeyedTask(ProcessingTask Task, bool SameRequest);
