using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Client;

/// <summary>A task to be scheduled.</summary>
/// <param name="Type">The task type's id, such as <c>core:text2text:summary</c>.</param>
public sealed record TaskRequest(string Type)
{
    /// <summary>The input, written as <c>Input = { ["input"] = text }</c>; files are named by their ids.</summary>
    public TaskOutput Input { get; init; } = [];

    /// <summary>The name of the scheduling app, at most 32 characters; tasks can be listed by it.</summary>
    public string AppId { get; init; } = "taskprocessing-sdk";

    /// <summary>The scheduler's own mark on the task; tasks can be listed by it.</summary>
    public string CustomId { get; init; } = "";

    /// <summary>The address to which the server posts the ended task; needs <see cref="WebhookMethod"/>.</summary>
    public string? WebhookUri { get; init; }

    /// <summary>The method of the webhook, for example <c>HTTP:POST</c>.</summary>
    public string? WebhookMethod { get; init; }

    /// <summary>True to mark generated media as such. Default true.</summary>
    public bool IncludeWatermark { get; init; } = true;

    /// <summary>True to get partial output while the task runs.</summary>
    public bool PreferStreaming { get; init; }

    /// <summary>
    /// Makes repeating the call harmless on servers that know the header Idempotency-Key: the same key with the same
    /// request gives the task that is already there.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
