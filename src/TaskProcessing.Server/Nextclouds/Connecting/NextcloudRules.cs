using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>What the parts of a connection may be. Each answer is the mistake in a sentence; null without one.</summary>
internal static partial class NextcloudRules
{
    private const int LongestType = 255;
    private const int MostTypes = 200;
    private const int LongestUrl = 500;

    public static string? IdProblem(string id) =>
        Id().IsMatch(id) ? null : $"\"{id}\" is no id of a connection: use 1 to 32 lower-case letters, digits, - or _";

    public static string? AppIdProblem(string appId) =>
        AppId().IsMatch(appId) ? null : $"\"{appId}\" is no app id: use 1 to 32 lower-case letters, digits or _";

    /// <summary>Nextcloud puts the secret behind a user's name and a colon, and a shell hands it over.</summary>
    public static string? SecretProblem(string secret) =>
        Secret().IsMatch(secret) ? null : "The secret must have 16 to 256 printable characters without spaces";

    public static string? UrlProblem(string url) =>
        url.Length <= LongestUrl
        && Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? null
            : $"\"{url}\" is no address: give one like https://cloud.example.org";

    public static string? TypesProblem(IReadOnlyCollection<string>? types) =>
        types is null ? null
        : types.Count > MostTypes ? $"A filter has at most {MostTypes} task types"
        : types.FirstOrDefault(type => type.Length is 0 or > LongestType || type.Any(char.IsWhiteSpace)) is { } wrong
            ? $"\"{wrong}\" is no id of a task type"
        : null;

    /// <summary>As everywhere in the world of apps: an address that was copied with /index.php means the folder it lies in.</summary>
    public static string CleanUrl(string url)
    {
        var clean = url.TrimEnd('/');
        return clean.EndsWith("/index.php", StringComparison.Ordinal) ? clean[..^"/index.php".Length].TrimEnd('/') : clean;
    }

    [GeneratedRegex(@"^[a-z0-9_-]{1,32}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[a-z0-9_]{1,32}\z")]
    private static partial Regex AppId();

    [GeneratedRegex(@"^[!-~]{16,256}\z")]
    private static partial Regex Secret();
}
