using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Removes secrets from an endpoint's text: keys and credentials that it repeats, its own or those of its upstream.
/// </summary>
internal sealed partial class Redaction
{
    private const string Mark = "***";

    private readonly string[] _secrets;

    /// <param name="key">The key that the endpoint is given.</param>
    /// <param name="address">Its address, which may hold credentials.</param>
    public Redaction(string? key, Uri address)
    {
        string?[] known = [key, address.UserInfo, Uri.UnescapeDataString(address.UserInfo), .. address.UserInfo.Split(':', 2).Skip(1)];
        _secrets = [.. known.OfType<string>().Where(secret => secret.Length > 0).OrderByDescending(secret => secret.Length)];
    }

    public string Of(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        return Secrets().Replace(text, match => match.Groups["name"].Value + Mark);
    }

    /// <summary>Keys of well-known forms, bearers, credentials of addresses, and values behind a secret's name.</summary>
    [GeneratedRegex(
        """\b(sk|gsk|xai|pplx|hf|r8|nvapi|csk|tgp)[-_][A-Za-z0-9_-]{16,}|\bAIza[A-Za-z0-9_-]{20,}|(?<name>\bbearer\s"""
            + """+)[A-Za-z0-9._~+/=-]{8,}|"""
            + """(?<name>[a-z]://)[^\s/@"']+(?=@)|(?<name>\b(api[-_]?key|access[-_]?token|token|key)=)[^\s&"']+""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Secrets();
}
