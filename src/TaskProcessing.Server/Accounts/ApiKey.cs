namespace TaskProcessing.Server.Accounts;

/// <summary>A service's key to the REST face; only its hash is kept.</summary>
internal sealed class ApiKey
{
    /// <summary>What operators call it; unique.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key, in lower-case hexadecimal.</summary>
    public required string KeyHash { get; init; }

    /// <summary>The only project that it opens; null for all.</summary>
    public int? ProjectId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Keeps service keys. They are looked up with every call, so that a revoked one is dead at once.</summary>
internal interface IApiKeyStore
{
    Task<ApiKey?> FindByHashAsync(string keyHash, CancellationToken cancellationToken);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>False when the name is taken.</summary>
    Task<bool> TryAddAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>False when there is no such key.</summary>
    Task<bool> RemoveAsync(string name, CancellationToken cancellationToken);
}
