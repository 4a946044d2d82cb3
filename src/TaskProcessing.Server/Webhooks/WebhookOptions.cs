using System.ComponentModel.DataAnnotations;
using System.Net;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Section <c>Webhooks</c>: the calls to receivers when tasks have ended.</summary>
internal sealed class WebhookOptions : IValidatableObject
{
    /// <summary>
    /// The key of the signatures, <c>whsec_</c> and base64 of 24 to 64 bytes. Default none: the first server on a database
    /// makes one and keeps it there, encrypted; <c>taskprocessing webhook secret</c> shows it.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// A file with the key of the signatures, instead of <see cref="Secret"/>: its first line. Further lines are like
    /// <see cref="OlderSecrets"/>.
    /// </summary>
    public string? SecretFile { get; set; }

    /// <summary>
    /// Keys that receivers may still check with while they change to a new one, the newest first; every delivery is signed with
    /// each. Default none.
    /// </summary>
    public List<string> OlderSecrets { get; set; } = [];

    /// <summary>
    /// The receivers inside the own network that are allowed, by host name, address or network (<c>10.0.0.0/8</c>);
    /// <c>all</c> allows every address. Default none: private, loopback, link-local and other special addresses are
    /// refused.
    /// </summary>
    public List<string> AllowedTargets { get; set; } = [];

    /// <summary>
    /// The number of deliveries that one node sends at the same time; one receiver gets a quarter of them. Default 16.
    /// </summary>
    [Range(1, 1000)]
    public int MaxConcurrent { get; set; } = 16;

    /// <summary>The seconds that a receiver may take to answer. Default 30, as in Nextcloud.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>For how many hours a delivery is tried again before it is given up; 0 tries once. Default 24.</summary>
    [Range(0, 720)]
    public double RetryHours { get; set; } = 24;

    /// <summary>For how many days deliveries stay in the log after they ended; 0 for ever. Default 30.</summary>
    [Range(0, 36_500)]
    public double KeepDays { get; set; } = 30;

    /// <summary>The configured keys, the newest first.</summary>
    public IReadOnlyList<string> ReadSecrets() => [.. ReadNewestSecrets(), .. OlderSecrets];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, target) in AllowedTargets.Index())
        {
            if (target != "all" && !IPNetwork.TryParse(target, out _) && Uri.CheckHostName(target) == UriHostNameType.Unknown)
                yield return new ValidationResult(
                    $"\"{target}\" is neither \"all\" nor a host name, an address or a network like 10.0.0.0/8",
                    [$"{nameof(AllowedTargets)}:{index}"]
                );
        }

        if (SecretProblem() is { } problem)
            yield return problem;

        foreach (var (index, secret) in OlderSecrets.Index())
        {
            if (WebhookKey.Problem(secret) is { } mistake)
                yield return new ValidationResult(mistake, [$"{nameof(OlderSecrets)}:{index}"]);
        }
    }

    private ValidationResult? SecretProblem()
    {
        var key = string.IsNullOrEmpty(SecretFile) ? nameof(Secret) : nameof(SecretFile);
        if (!string.IsNullOrEmpty(Secret) && !string.IsNullOrEmpty(SecretFile))
            return new ValidationResult($"and {nameof(Secret)} are both given; there is one key", [key]);

        try
        {
            var newest = ReadNewestSecrets();
            if (!string.IsNullOrEmpty(SecretFile) && newest is [])
                return new ValidationResult("names a file in which there is no key", [key]);

            return newest.Select(WebhookKey.Problem).FirstOrDefault(mistake => mistake is not null) is { } problem
                ? new ValidationResult(problem, [key])
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ValidationResult($"cannot be read: {error.Message}", [key]);
        }
    }

    private string[] ReadNewestSecrets()
    {
        if (!string.IsNullOrEmpty(SecretFile))
            return File.ReadAllText(SecretFile).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        return string.IsNullOrEmpty(Secret) ? [] : [Secret];
    }
}
