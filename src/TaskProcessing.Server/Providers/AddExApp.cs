using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Providers;

/// <summary>Makes a provider app known, so that it can log in.</summary>
internal sealed partial class AddExApp(IExAppStore exApps, ExAppSecrets secrets, TimeProvider time)
{
    /// <returns>The mistake in a sentence; null when the app was added.</returns>
    public async Task<string?> RunAsync(NewExApp app, CancellationToken cancellationToken)
    {
        if (!IsAppId(app.Id))
            return $"\"{app.Id}\" is no app id: use 1 to 64 letters, digits or _ . -";
        if (!AppVersion().IsMatch(app.Version))
            return $"\"{app.Version}\" is no version: use 1 to 32 characters without spaces, such as 1.0.0";
        if (ProblemOfSecret(app.Secret) is { } problem)
            return problem;
        if (app.Url is { } url && !IsHttp(url))
            return $"\"{url}\" is no address of an app: give one like http://127.0.0.1:9080";

        var added = new ExApp
        {
            Id = app.Id,
            Version = app.Version,
            ProtectedSecret = secrets.Protect(app.Secret),
            Url = app.Url,
            Enabled = app.Enabled,
            CreatedAt = time.GetUtcNow(),
        };
        return await exApps.TryAddAsync(added, cancellationToken) ? null : $"There is an app \"{app.Id}\" already";
    }

    /// <summary>True when an app can have this id. The database is never asked for an impossible id.</summary>
    public static bool IsAppId(string text) => AppId().IsMatch(text);

    /// <summary>The reason why the text cannot be an app's secret; null when it can.</summary>
    public static string? ProblemOfSecret(string secret) =>
        secret.Length is 0 or > 1024 ? "The secret must have 1 to 1024 characters" : null;

    private static bool IsHttp(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is ("http" or "https");

    [GeneratedRegex(@"^[a-zA-Z0-9_.\-]{1,64}\z")]
    private static partial Regex AppId();

    [GeneratedRegex(@"^[!-~]{1,32}\z")]
    private static partial Regex AppVersion();
}

/// <summary>An app that is to be added.</summary>
internal sealed record NewExApp(string Id, string Version, string Secret, string? Url, bool Enabled);
