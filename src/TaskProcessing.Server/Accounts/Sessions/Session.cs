namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>That an account is signed in with one browser; of its token only the hash is kept.</summary>
internal sealed class Session
{
    /// <summary>SHA-256 of the token, in lower-case hexadecimal.</summary>
    public required string TokenHash { get; init; }

    public required string AccountId { get; init; }

    /// <summary>
    /// A hash of the account's password hash: with another password the session is over, even if both change at the same time.
    /// </summary>
    public required string PasswordStamp { get; init; }

    /// <summary>The name that the browser gave itself.</summary>
    public required string ClientName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The stamp of a password hash.</summary>
    public static string StampOf(string passwordHash) => Passwords.HashToken(passwordHash);
}
