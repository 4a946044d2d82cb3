namespace TaskProcessing.Server.Accounts;

/// <summary>The stored facts that a login depends on. The login is valid while all of them are unchanged.</summary>
internal sealed record Credential
{
    /// <summary>The account that is logged in, or that an app acts for; null for an app without a user.</summary>
    public string? AccountId { get; init; }

    /// <summary>The account's password hash, when the password was given.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The app password's hash, when one was given.</summary>
    public string? TokenHash { get; init; }

    /// <summary>The session's hash, when one was used; its account's password hash is there too.</summary>
    public string? SessionHash { get; init; }

    /// <summary>The end of that session, unless it is ended before.</summary>
    public DateTimeOffset? SessionEndsAt { get; init; }

    /// <summary>The provider app that logged in.</summary>
    public string? AppId { get; init; }

    /// <summary>The stored secret of that app with which it logged in, encrypted.</summary>
    public string? AppSecret { get; init; }
}

/// <summary>An account whose credentials were verified.</summary>
internal sealed record VerifiedAccount(Account Account, Credential Credential);
