using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// By the signature receivers see that a delivery is ours, whole, and of now: the HMAC-SHA256 over the time, a dot and the
/// body, in hexadecimal; one with each key, the newest first, so that receivers can change keys one after the other.
/// docs/webhooks.md shows how to check it.
/// </summary>
internal static class WebhookSignature
{
    public const string Header = "X-TaskProcessing-Signature";
    public const string TimeHeader = "X-TaskProcessing-Timestamp";
    public const string DeliveryHeader = "X-TaskProcessing-Delivery";

    public static string Of(IReadOnlyList<string> keys, string timestamp, string body)
    {
        var signed = Encoding.UTF8.GetBytes($"{timestamp}.{body}");
        return string.Join(',', keys.Select(key => $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), signed))}"));
    }

    public static string Timestamp(DateTimeOffset now) => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
