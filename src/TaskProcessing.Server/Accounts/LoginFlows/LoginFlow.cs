namespace TaskProcessing.Server.Accounts.LoginFlows;

/// <summary>
/// A client that waits for somebody to grant it access, with a browser: Nextcloud's login flow, version 2. Of both tokens only the
/// hashes are kept, and the app password is made when the client fetches it, so that there is nothing to steal here.
/// </summary>
internal sealed class LoginFlow
{
    /// <summary>How long a client may wait, as in Nextcloud.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    /// <summary>The hash of the token that only the client has.</summary>
    public required string PollTokenHash { get; init; }

    /// <summary>The hash of the token that is in the browser's address.</summary>
    public required string LoginTokenHash { get; init; }

    /// <summary>The name that the client gave itself.</summary>
    public required string ClientName { get; init; }

    /// <summary>Where the client called from.</summary>
    public required string Network { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The account that granted access; null until then.</summary>
    public string? AccountId { get; init; }
}
