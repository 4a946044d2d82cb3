using System.Globalization;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// The headers of the Standard Webhooks specification. By them a receiver sees that a delivery is ours, whole, of now, and
/// whether it came before. docs/webhooks.md shows how to check them.
/// </summary>
internal static class WebhookHeaders
{
    /// <summary>The delivery's id, the same at every attempt.</summary>
    public const string Id = "webhook-id";

    private const string Timestamp = "webhook-timestamp";
    private const string Signature = "webhook-signature";
    private const string Trace = "traceparent";

    /// <summary>The headers of a call to a provider app, which has AppAPI's instead of a signature.</summary>
    public static IReadOnlyDictionary<string, string> OfCall(WebhookDelivery delivery) =>
        TaskTraces.Header(delivery.TraceParent) is { } trace
            ? new Dictionary<string, string> { [Id] = delivery.Id, [Trace] = trace }
            : new Dictionary<string, string> { [Id] = delivery.Id };

    /// <summary>The headers of one attempt. Each key signs, so that receivers can change keys one after the other.</summary>
    public static IEnumerable<(string Name, string Value)> Of(WebhookDelivery delivery, IReadOnlyList<WebhookKey> keys, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = string.Join(' ', keys.Select(key => key.Sign(delivery.Id, timestamp, delivery.Body)));
        return [.. OfCall(delivery).Select(header => (header.Key, header.Value)), (Timestamp, timestamp), (Signature, signatures)];
    }
}
