using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Cli.Doctor;

/// <summary>Takes secrets of the settings out of texts: libraries repeat what they cannot read.</summary>
internal sealed partial class SecretMask
{
    private const int Shortest = 3;

    private readonly IReadOnlyList<string> _secrets;

    public SecretMask(IConfiguration configuration) =>
        _secrets = [
            .. configuration
                .AsEnumerable()
                .Where(setting => setting.Value is not null && IsSecret().IsMatch(setting.Key))
                .SelectMany(setting => SecretsIn(setting.Key, setting.Value!))
                .Where(secret => secret.Length >= Shortest)
                .Distinct()
                .OrderByDescending(secret => secret.Length),
        ];

    public Finding Of(Finding finding) =>
        finding with
        {
            Text = Of(finding.Text),
            Advice = finding.Advice is null ? null : Of(finding.Advice),
        };

    private string Of(string text) =>
        _secrets.Aggregate(text, (masked, secret) => masked.Replace(secret, "…", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A connection string is secret from its password on, in pieces: what follows a semicolon in a password looks like the next key.
    /// </summary>
    private static IEnumerable<string> SecretsIn(string key, string value) =>
        !key.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase) ? [value]
        : Password().Match(value) is { Success: true } password
            ? value[(password.Index + password.Length)..]
                .Split(';')
                .SelectMany(
                    (piece, index) =>
                        index == 0 || !piece.Contains('=', StringComparison.Ordinal) ? [piece.Trim(' ', '"', '\'')] : Name(piece)
                )
        : [];

    /// <summary>What a piece behind the password calls a key may be a part of the password, unless it is one.</summary>
    private static IEnumerable<string> Name(string piece) => Known().IsMatch(piece) ? [] : [piece.Split('=')[0].Trim(' ', '"', '\'')];

    [GeneratedRegex(
        "(password|secret|secretkey|token|secrets:[0-9]+|accesskey|openai:[^:]+:key|connectionstring)$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex IsSecret();

    [GeneratedRegex(@"(password|pwd)\s*=\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex(
        @"^\s*(host|server|port|database|user|user ?name|user ?id|ssl ?mode|pooling|options|[a-z ]*(size|timeout|pool|prepare))\s*=",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Known();
}
