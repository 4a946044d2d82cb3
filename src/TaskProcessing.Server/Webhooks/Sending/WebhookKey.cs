using System.Security.Cryptography;
using System.Text;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>A key of the signatures in the form of the Standard Webhooks specification: <c>whsec_</c> and base64.</summary>
internal sealed class WebhookKey
{
    private const string Prefix = "whsec_";
    private const int ShortestBytes = 24;
    private const int LongestBytes = 64;
    private const int NewBytes = 32;

    private readonly byte[] _bytes;

    private WebhookKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The key as receivers configure it.</summary>
    public string Text => Prefix + Convert.ToBase64String(_bytes);

    /// <summary>A fresh random key of 256 bits.</summary>
    public static WebhookKey New() => new(RandomNumberGenerator.GetBytes(NewBytes));

    /// <exception cref="FormatException">The text is no key; the message does not repeat it.</exception>
    public static WebhookKey Parse(string text) => Find(text) ?? throw new FormatException($"A webhook key {Problem(text)}");

    /// <summary>The reason why the text is no key, without repeating it, and a way to make one; null when it is a key.</summary>
    public static string? Problem(string text) =>
        Find(text) is null
            ? $"is not {Prefix} and base64 of {ShortestBytes} to {LongestBytes} bytes; "
                + $"this makes one: echo \"{Prefix}$(openssl rand -base64 {NewBytes})\""
            : null;

    /// <summary>One signature of a delivery: its scheme, a comma, and the HMAC-SHA256 in base64.</summary>
    public string Sign(string id, string timestamp, string body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(_bytes, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";

    // Only the one canonical spelling: libraries of other languages do not agree on blanks or missing padding.
    private static WebhookKey? Find(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;

        var bytes = new byte[LongestBytes];
        if (!Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) || length < ShortestBytes)
            return null;

        var key = new WebhookKey(bytes[..length]);
        return key.Text == text ? key : null;
    }
}
