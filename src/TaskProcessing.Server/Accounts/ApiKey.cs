namespace TaskProcessing.Server.Accounts;

/// <summary>A service's key to the REST API; only its hash is stored.</summary>
internal sealed class ApiKey
{
    /// <summary>The name that operators gave the key; unique.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key, in lower-case hexadecimal.</summary>
    public required string KeyHash { get; init; }

    /// <summary>The only project that it opens; null for all.</summary>
    public int? ProjectId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
