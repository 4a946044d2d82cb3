using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Makes a connection to a Nextcloud. Its administrator then registers this server as an app.</summary>
internal sealed class AddNextcloud(INextcloudStore store, NextcloudSecrets secrets, TimeProvider time)
{
    public static string AppVersion { get; } = ServerVersion.Numbers;

    public async Task<AddNextcloudOutcome> RunAsync(NewNextcloud asked, CancellationToken cancellationToken)
    {
        var secret = asked.Secret ?? Passwords.NewToken();
        var problem =
            NextcloudRules.IdProblem(asked.Id)
            ?? NextcloudRules.UrlProblem(asked.Url)
            ?? NextcloudRules.AppIdProblem(asked.AppId)
            ?? NextcloudRules.SecretProblem(secret)
            ?? NextcloudRules.TypesProblem(asked.Types);
        if (problem is not null)
            return new AddNextcloudOutcome.Refused(problem);

        var connection = new Nextcloud
        {
            Id = asked.Id,
            Url = NextcloudRules.CleanUrl(asked.Url),
            AppId = asked.AppId,
            AppVersion = AppVersion,
            ProtectedSecret = secrets.Protect(secret),
            Types = TypeNames.Write(asked.Types),
            MaxRunning = asked.MaxRunning,
            UploadByWebDav = asked.UploadByWebDav,
            CreatedAt = time.GetUtcNow(),
        };
        return await store.TryAddAsync(connection, cancellationToken)
            ? new AddNextcloudOutcome.Added(new KnownNextcloud(connection, secret))
            : new AddNextcloudOutcome.Refused($"There is a connection \"{asked.Id}\" already");
    }
}

/// <param name="Id">The id of the connection.</param>
/// <param name="Url">The Nextcloud's address.</param>
/// <param name="Secret">The shared secret; null for a new one.</param>
internal sealed record NewNextcloud(string Id, string Url, string? Secret)
{
    public string AppId { get; init; } = Nextcloud.DefaultAppId;

    /// <summary>The only task types that are offered; null for all.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    public int MaxRunning { get; init; } = Nextcloud.DefaultMaxRunning;

    public bool UploadByWebDav { get; init; }
}

internal abstract record AddNextcloudOutcome
{
    private AddNextcloudOutcome() { }

    internal sealed record Added(KnownNextcloud Known) : AddNextcloudOutcome;

    internal sealed record Refused(string Problem) : AddNextcloudOutcome;
}
