using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>A provider app.</summary>
/// <param name="Id">The app's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Url">Where it listens; null for an app that only polls.</param>
/// <param name="Enabled">Whether it may work.</param>
/// <param name="Providers">How many providers it has registered.</param>
/// <param name="State">The state in a few words.</param>
/// <param name="Trouble">
/// The fault: <c>none</c>, <c>disabled</c>, <c>failed</c>, <c>stuck</c>, <c>neverSeen</c>, <c>silent</c>, <c>refused</c>,
/// <c>noProvider</c>.
/// </param>
/// <param name="Reason">Why, where the server knows more.</param>
/// <param name="SeenAt">Its last sign of life.</param>
/// <param name="PolledAt">When it last asked for tasks.</param>
/// <param name="RefusedAt">When a call in its name was last refused.</param>
internal sealed record AppResource(
    string Id,
    string Version,
    string? Url,
    bool Enabled,
    int Providers,
    string State,
    string Trouble,
    string? Reason,
    long? SeenAt,
    long? PolledAt,
    long? RefusedAt
)
{
    public static AppResource Of(ListedExApp listed) =>
        new(
            listed.App.Id,
            listed.App.Version,
            listed.App.Url,
            listed.App.Enabled,
            listed.Providers,
            listed.State,
            JsonNamingPolicy.CamelCase.ConvertName(listed.Trouble.ToString()),
            listed.Trouble switch
            {
                ExAppTrouble.Failed or ExAppTrouble.Stuck => listed.Status.Problem,
                ExAppTrouble.Refused => listed.Status.Refusal,
                _ => null,
            },
            listed.Status.SeenAt?.ToUnixTimeSeconds(),
            listed.Status.PolledAt?.ToUnixTimeSeconds(),
            listed.Status.RefusedAt?.ToUnixTimeSeconds()
        );
}

/// <summary>A provider.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Name">The name shown to people.</param>
/// <param name="Source">The app that brought it, or which source of the server.</param>
/// <param name="TaskType">The task type that it serves.</param>
/// <param name="State"><c>serving</c>, <c>standingBy</c>, <c>silent</c>, <c>disabled</c>, <c>notRunning</c>.</param>
/// <param name="SeenAt">The last sign of life of its app or its server.</param>
internal sealed record ProviderResource(string Id, string Name, string Source, string TaskType, string State, long? SeenAt)
{
    public static ProviderResource Of(KnownProvider provider) =>
        new(
            provider.Id,
            provider.Name,
            provider.Source,
            provider.TaskType,
            JsonNamingPolicy.CamelCase.ConvertName(provider.State.ToString()),
            provider.SeenAt?.ToUnixTimeSeconds()
        );
}

/// <summary>The deliveries that have not reached their receivers.</summary>
/// <param name="WaitingCount">How many are due, being sent, or wait for their next attempt.</param>
/// <param name="FailedCount">How many were given up or refused.</param>
/// <param name="Waiting">The next 50 of those that wait.</param>
/// <param name="Failed">The newest 50 of those that failed.</param>
internal sealed record WebhooksResource(
    int WaitingCount,
    int FailedCount,
    IReadOnlyList<WebhookResource> Waiting,
    IReadOnlyList<WebhookResource> Failed
)
{
    public static WebhooksResource Of(WebhookBacklog backlog) =>
        new(
            backlog.WaitingCount,
            backlog.FailedCount,
            [.. backlog.Waiting.Select(WebhookResource.Of)],
            [.. backlog.Failed.Select(WebhookResource.Of)]
        );
}

/// <summary>A delivery.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="TaskId">The task that ended.</param>
/// <param name="Uri">Where it goes.</param>
/// <param name="State"><c>waiting</c>, <c>sending</c>, <c>givenUp</c>, <c>refused</c>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="CreatedAt">When the task ended.</param>
/// <param name="NextAttemptAt">When it is due; null when it has ended.</param>
/// <param name="LastStatus">What the receiver answered last; null when it did not.</param>
/// <param name="LastProblem">Why the last attempt failed.</param>
internal sealed record WebhookResource(
    string Id,
    long TaskId,
    string Uri,
    string State,
    int Attempts,
    long CreatedAt,
    long? NextAttemptAt,
    int? LastStatus,
    string? LastProblem
)
{
    public static WebhookResource Of(ListedWebhook webhook) =>
        new(
            webhook.Id,
            webhook.TaskId,
            webhook.Uri,
            JsonNamingPolicy.CamelCase.ConvertName(webhook.State.ToString()),
            webhook.Attempts,
            webhook.CreatedAt.ToUnixTimeSeconds(),
            webhook.NextAttemptAt?.ToUnixTimeSeconds(),
            webhook.LastStatus,
            webhook.LastProblem
        );
}

/// <summary>Whether an app may work.</summary>
internal sealed record AppEnabledParameters
{
    /// <summary>Default false.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>Whether a provider may serve.</summary>
internal sealed record ProviderEnabledParameters
{
    /// <summary>The provider's id.</summary>
    [Required]
    public required string Id { get; init; }

    /// <summary>Default false.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>The findings of a check.</summary>
internal sealed record AppFindingsResource(IReadOnlyList<AppFindingResource> Findings);

/// <summary>One finding.</summary>
/// <param name="IsGood">Whether it is in order.</param>
/// <param name="Text">The finding in words.</param>
internal sealed record AppFindingResource(bool IsGood, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OverviewResource))]
[JsonSerializable(typeof(FailedTasksResource))]
[JsonSerializable(typeof(AppFindingsResource))]
[JsonSerializable(typeof(NextcloudFindingsResource))]
[JsonSerializable(typeof(UsersResource))]
[JsonSerializable(typeof(AppPasswordsResource))]
[JsonSerializable(typeof(NewAppPasswordResource))]
internal sealed partial class AdminJson : JsonSerializerContext;
