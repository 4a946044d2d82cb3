using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>Sends a delivery once, to any kind of target.</summary>
internal sealed class SendWebhook(CallReceiver callReceiver, CallExApp callExApp, ExAppDirectory exApps, IOptions<WebhookOptions> options)
{
    /// <summary>The paths that only the server itself calls: a task's owner must not switch apps off.</summary>
    private static readonly string[] ServersPaths = ["/enabled", "/init", "/heartbeat", "/trigger"];

    public Task<WebhookOutcome> RunAsync(WebhookDelivery delivery, CancellationToken cancellationToken) =>
        WebhookTarget.Parse(delivery.Method, delivery.Uri) switch
        {
            WebhookTarget.Address address => callReceiver.RunAsync(address, delivery, cancellationToken),
            WebhookTarget.App app => CallAppAsync(app, delivery, cancellationToken),
            WebhookTarget.Nowhere nowhere => Task.FromResult<WebhookOutcome>(new WebhookOutcome.Refused(nowhere.Reason)),
            var target => throw new InvalidOperationException($"Unknown target {target}"),
        };

    /// <summary>Operators configure the addresses of apps, so the address needs no guard. The caller and the path are checked.</summary>
    private async Task<WebhookOutcome> CallAppAsync(WebhookTarget.App target, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.OfGuest)
            return new WebhookOutcome.Refused("guests cannot call apps");
        if (IsServersPath(target.Path))
            return new WebhookOutcome.Refused($"{target.Path} is a path that only the server calls");
        if (await exApps.FindAsync(target.AppId, cancellationToken) is not { } app)
            return new WebhookOutcome.Refused($"there is no app \"{target.AppId}\"");
        if (app.App.Url is null)
            return new WebhookOutcome.Refused($"app \"{target.AppId}\" has no address, it only polls");
        if (!app.App.Enabled)
            return new WebhookOutcome.Failed(null, $"app \"{target.AppId}\" is disabled");

        var call = new ExAppCall(target.Method, target.Path, TimeSpan.FromSeconds(options.Value.TimeoutSeconds))
        {
            UserId = delivery.UserId ?? "",
            Json = JsonElement.Parse(delivery.Body),
            Headers = WebhookHeaders.OfCall(delivery),
            ReadsAnswer = false,
        };
        var answer = await callExApp.RunAsync(app, call, cancellationToken);
        return answer.IsGood
            ? new WebhookOutcome.Delivered((int)answer.Status!)
            : new WebhookOutcome.Failed((int?)answer.Status, answer.Describe()) { RetryAfter = answer.RetryAfter };
    }

    /// <summary>The path is compared in the form in which the call sends it.</summary>
    private static bool IsServersPath(string path)
    {
        if (!Uri.TryCreate($"http://app{path}", UriKind.Absolute, out var uri))
            return true;

        var plain = "/" + Uri.UnescapeDataString(uri.AbsolutePath).Trim('/');
        return ServersPaths.Contains(plain, StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>The result of <see cref="SendWebhook"/>.</summary>
internal abstract record WebhookOutcome
{
    private WebhookOutcome() { }

    /// <summary>The receiver took it.</summary>
    public sealed record Delivered(int Status) : WebhookOutcome;

    /// <summary>The receiver did not take it this time.</summary>
    public sealed record Failed(int? Status, string Problem) : WebhookOutcome
    {
        /// <summary>The pause that the receiver asked for; null without one.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }

    /// <summary>It cannot or must not be sent, now or later.</summary>
    public sealed record Refused(string Problem) : WebhookOutcome;
}
