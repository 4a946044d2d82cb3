using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Observability;

/// <summary>Section <c>Metrics</c>: what is counted, and the scrapers that may read it at <c>/metrics</c>.</summary>
internal sealed class MetricsOptions : IValidatableObject
{
    public const string Section = "Metrics";

    private const int ShortestToken = 16;

    /// <summary>Whether anything is counted and <c>/metrics</c> is served, to administrators. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// What a scraper may send in place of an administrator's login: <c>Authorization: Bearer TOKEN</c>, 16 characters at least.
    /// Default none.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>A file with the token in its first line, instead of <see cref="Token"/>. Default none.</summary>
    public string? TokenFile { get; set; }

    /// <summary>
    /// An address of its own, such as <c>http://127.0.0.1:9464</c>, where <c>/metrics</c> and nothing else is served, to everybody
    /// who reaches it. Default none.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>The token; null when there is none.</summary>
    public string? ReadToken()
    {
        if (string.IsNullOrEmpty(TokenFile))
            return string.IsNullOrEmpty(Token) ? null : Token;

        return File.ReadLines(TokenFile).FirstOrDefault()?.Trim() ?? "";
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TokenProblem() is { } problem)
            yield return problem;
        if (!string.IsNullOrEmpty(Url) && !IsAddress(Url))
            yield return new ValidationResult($"\"{Url}\" is no address to listen on; give one like http://127.0.0.1:9464", [nameof(Url)]);
    }

    /// <summary>A host may be a wildcard, as in <c>Urls</c>.</summary>
    private static bool IsAddress(string url) =>
        Uri.TryCreate(
            url.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal),
            UriKind.Absolute,
            out var address
        ) && address is { Scheme: "http", PathAndQuery: "/", UserInfo: "" };

    private ValidationResult? TokenProblem()
    {
        var key = string.IsNullOrEmpty(TokenFile) ? nameof(Token) : nameof(TokenFile);
        if (!string.IsNullOrEmpty(Token) && !string.IsNullOrEmpty(TokenFile))
            return new ValidationResult($"and {nameof(Token)} are both given; there is one token", [key]);

        try
        {
            return ReadToken() is { Length: < ShortestToken }
                ? new ValidationResult($"must be a token of {ShortestToken} characters at least", [key])
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ValidationResult($"cannot be read: {error.Message}", [key]);
        }
    }
}
