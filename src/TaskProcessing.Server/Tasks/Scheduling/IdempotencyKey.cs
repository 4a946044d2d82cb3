namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>
/// The key of one request: a client without an answer sends the request again with the same key and gets the task of the
/// first try. Keys of different owners and apps are independent.
/// </summary>
/// <param name="Party">The scheduling user, guest's network or app.</param>
/// <param name="AppId">The app that the task is scheduled by.</param>
/// <param name="Key">The text that the client chose.</param>
/// <param name="Request">The hash of the request.</param>
/// <param name="Now">The time of the request.</param>
/// <param name="ForgottenBefore">Keys that were first seen before then do not count any more.</param>
internal sealed record IdempotencyKey(
    string Party,
    string AppId,
    string Key,
    string Request,
    DateTimeOffset Now,
    DateTimeOffset ForgottenBefore
)
{
    /// <returns>Null for a request without a key.</returns>
    public static IdempotencyKey? Of(ScheduleRequest request, DateTimeOffset now, TimeSpan kept) =>
        request.IdempotencyKey is not { Length: > 0 and <= ProcessingTaskLimits.IdempotencyKey } key
        || request.AppId.Length > ProcessingTaskLimits.AppId
            ? null
            : new(request.Party, request.AppId, key, request.Hash(), now, now - kept);
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
/// <param name="SameRequest">True when the earlier request with the key was the same.</param>
internal sealed record KeyedTask(ProcessingTask Task, bool SameRequest);
