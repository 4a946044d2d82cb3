namespace TaskProcessing.Server.Accounts;

/// <summary>What a login rests on. It is good for as long as nothing of this changes.</summary>
internal sealed record Credential
{
    /// <summary>The account that is logged in, or that an app acts for; null when it acts for nobody.</summary>
    public string? AccountId { get; init; }

    /// <summary>The account's password hash, when the password was given.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The app password's hash, when one was given.</summary>
    public string? TokenHash { get; init; }

    /// <summary>The provider app that logged in.</summary>
    public string? AppId { get; init; }

    /// <summary>That app's secret as it is stored, encrypted.</summary>
    public string? AppSecret { get; init; }
}

/// <summary>An account whose credentials were right.</summary>
internal sealed record VerifiedAccount(Account Account, Credential Credential);
