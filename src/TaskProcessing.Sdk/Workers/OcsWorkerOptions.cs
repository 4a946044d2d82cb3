using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The connection of a provider app to its server. Unset properties come from the environment variables that servers give
/// to their apps: <c>NEXTCLOUD_URL</c>, <c>APP_ID</c>, <c>APP_VERSION</c>, <c>APP_SECRET</c>.
/// </summary>
public sealed class OcsWorkerOptions
{
    /// <summary>The server's address, such as <c>https://cloud.example.org</c>.</summary>
    public Uri? Server { get; set; } = Uri.TryCreate(FromEnvironment("NEXTCLOUD_URL"), UriKind.Absolute, out var server) ? server : null;

    /// <summary>The id under which the server knows this app.</summary>
    public string AppId { get; set; } = FromEnvironment("APP_ID") ?? "";

    /// <summary>This app's version. Default 1.0.0.</summary>
    public string AppVersion { get; set; } = FromEnvironment("APP_VERSION") ?? "1.0.0";

    /// <summary>The secret that the app shares with the server.</summary>
    public string Secret { get; set; } = FromEnvironment("APP_SECRET") ?? "";

    /// <summary>
    /// The time that the server may hold a request for the next task until there is one; zero to one minute. Servers
    /// without long polls answer at once and are polled at <see cref="WorkerOptions.IdleInterval"/>. Default thirty
    /// seconds.
    /// </summary>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that an answer may take, beyond <see cref="Wait"/>. Default thirty seconds.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The mistakes in the options, one sentence each; empty when they can be used.</summary>
    internal IEnumerable<string> Validate()
    {
        if (Server is null || Server.Scheme is not ("http" or "https"))
            yield return $"{nameof(Server)} (or NEXTCLOUD_URL) must be an address with http or https.";
        if (AppId.Length == 0)
            yield return $"{nameof(AppId)} (or APP_ID) is missing.";
        if (AppVersion.Length == 0)
            yield return $"{nameof(AppVersion)} (or APP_VERSION) is missing.";
        if (Secret.Length == 0)
            yield return $"{nameof(Secret)} (or APP_SECRET) is missing.";
        if (Wait < TimeSpan.Zero || Wait > TimeSpan.FromMinutes(1))
            yield return $"{nameof(Wait)} must be between zero and one minute.";
        if (AnswerTimeout <= TimeSpan.Zero)
            yield return $"{nameof(AnswerTimeout)} must be longer than zero.";
    }

    /// <exception cref="ArgumentException">The options cannot be used; the message has the reason.</exception>
    internal OcsCredentials CheckedCredentials() =>
        string.Join(' ', Validate()) is { Length: > 0 } problems
            ? throw new ArgumentException(problems)
            : OcsCredentials.App(AppId, AppVersion, Secret);

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
