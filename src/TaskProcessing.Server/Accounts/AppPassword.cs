namespace TaskProcessing.Server.Accounts;

/// <summary>A token that logs its account in instead of the password; only its hash is kept.</summary>
internal sealed class AppPassword
{
    public long Id { get; set; }

    public required string AccountId { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token, in lower-case hexadecimal. The token is random, so a slow hash would add nothing.</summary>
    public required string TokenHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
