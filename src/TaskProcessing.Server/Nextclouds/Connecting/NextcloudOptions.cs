using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Section <c>Nextclouds</c>: the Nextclouds whose tasks are worked on here, beside those that commands have added.</summary>
internal sealed class NextcloudOptions : IValidatableObject
{
    /// <summary>
    /// The address at which Nextclouds reach this server, for the commands that are shown to their administrators. Default this
    /// machine's name with the port of <c>Urls</c>.
    /// </summary>
    public string? OwnUrl { get; set; }

    /// <summary>The connections, by id. Default none.</summary>
    public Dictionary<string, ConfiguredNextcloud> Connections { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OwnUrl is not null && NextcloudRules.UrlProblem(OwnUrl) is { } problem)
            yield return new ValidationResult(problem, [nameof(OwnUrl)]);
        foreach (var (id, connection) in Connections)
        {
            foreach (var mistake in connection.Problems(id))
                yield return new ValidationResult($"({id}): {mistake}", [nameof(Connections)]);
        }
    }
}

/// <summary>A connection from settings.</summary>
internal sealed class ConfiguredNextcloud
{
    /// <summary>The Nextcloud's address, such as <c>https://cloud.example.org</c>.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// The secret that the Nextcloud's administrator registers the app with; 16 to 256 printable characters without spaces.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>A file with the secret in its first line, in place of <see cref="Secret"/>.</summary>
    public string? SecretFile { get; set; }

    /// <summary>The id under which the Nextcloud knows this server as an app. Default taskprocessing.</summary>
    public string AppId { get; set; } = Nextcloud.DefaultAppId;

    /// <summary>False when no tasks are taken from it. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The only task types that are offered there. Default all that are served here and known there.</summary>
    public List<string> Types { get; set; } = [];

    /// <summary>The most tasks of it that are under way here at a time. Default 16.</summary>
    [Range(1, 1000)]
    public int MaxRunning { get; set; } = Nextcloud.DefaultMaxRunning;

    /// <summary>True when large files of results go through the user's WebDAV, round PHP's limit for uploads. Default false.</summary>
    public bool UploadByWebDav { get; set; }

    public string ReadSecret() => SecretFile is null ? Secret : File.ReadLines(SecretFile).FirstOrDefault("").Trim();

    public IEnumerable<string> Problems(string id) =>
        new[]
        {
            NextcloudRules.IdProblem(id),
            NextcloudRules.UrlProblem(Url),
            SecretFile is not null && Secret.Length > 0 ? "Secret and SecretFile are both set"
            : SecretFile is not null && !File.Exists(SecretFile) ? $"SecretFile: there is no file {SecretFile}"
            : NextcloudRules.SecretProblem(ReadSecret()),
            NextcloudRules.AppIdProblem(AppId),
            NextcloudRules.TypesProblem(Types),
        }.OfType<string>();
}
