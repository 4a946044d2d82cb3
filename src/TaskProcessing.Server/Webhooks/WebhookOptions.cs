using System.ComponentModel.DataAnnotations;
using System.Net;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Section <c>Webhooks</c>: how receivers hear that a task has ended.</summary>
internal sealed class WebhookOptions : ICheckedOptions
{
    private const int ShortestSecret = 16;

    /// <summary>
    /// The key of the signatures, at least 16 characters. Default none: the first server on a database makes one and keeps
    /// it there, encrypted; <c>taskprocessing webhook secret</c> shows it.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>A file with the key of the signatures, instead of <see cref="Secret"/>: its first line. Further lines are like <see cref="OlderSecrets"/>.</summary>
    public string? SecretFile { get; set; }

    /// <summary>Keys that receivers may still check with while they change to a new one, the newest first; every delivery is signed with each. Default none.</summary>
    public List<string> OlderSecrets { get; set; } = [];

    /// <summary>
    /// Which receivers inside of one's own network are called, by host name, address or network (<c>10.0.0.0/8</c>); <c>all</c>
    /// allows everything. Default none: private, loopback, link-local and other special addresses are refused.
    /// </summary>
    public List<string> AllowedTargets { get; set; } = [];

    /// <summary>How many deliveries are sent at the same time by one node; one receiver gets a quarter of them. Default 16.</summary>
    [Range(1, 1000)]
    public int MaxConcurrent { get; set; } = 16;

    /// <summary>How long a receiver may take to answer, in seconds. Default 30, as in Nextcloud.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>For how many hours a delivery is tried again before it is given up; 0 tries once. Default 24.</summary>
    [Range(0, 720)]
    public double RetryHours { get; set; } = 24;

    /// <summary>For how many days deliveries stay in the log after they ended; 0 for ever. Default 30.</summary>
    [Range(0, 36_500)]
    public double KeepDays { get; set; } = 30;

    /// <summary>The configured keys, the newest first.</summary>
    public IReadOnlyList<string> ReadSecrets()
    {
        string[] newest = !string.IsNullOrEmpty(SecretFile)
            ? File.ReadAllText(SecretFile).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : string.IsNullOrEmpty(Secret) ? [] : [Secret];
        return [.. newest, .. OlderSecrets];
    }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        foreach (var (index, target) in AllowedTargets.Index())
        {
            if (target != "all" && !IPNetwork.TryParse(target, out _) && Uri.CheckHostName(target) == UriHostNameType.Unknown)
                yield return ($"{nameof(AllowedTargets)}:{index}", $"\"{target}\" is neither \"all\" nor a host name, an address or a network like 10.0.0.0/8");
        }

        if (SecretProblem() is { } problem)
            yield return problem;
    }

    private (string Key, string Problem)? SecretProblem()
    {
        var key = string.IsNullOrEmpty(SecretFile) ? nameof(Secret) : nameof(SecretFile);
        if (!string.IsNullOrEmpty(Secret) && !string.IsNullOrEmpty(SecretFile))
            return (key, $"and {nameof(Secret)} are both given; there is one key");

        try
        {
            if (!string.IsNullOrEmpty(SecretFile) && ReadSecrets().Count == OlderSecrets.Count)
                return (key, "names a file in which there is no key");
            return ReadSecrets().FirstOrDefault(secret => secret.Length < ShortestSecret) is { } tooShort
                ? (OlderSecrets.Contains(tooShort) ? nameof(OlderSecrets) : key, $"is too short to be a secret: it needs at least {ShortestSecret} characters")
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (key, $"cannot be read: {error.Message}");
        }
    }
}
