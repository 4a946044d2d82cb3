namespace TaskProcessing.Server.Accounts;

/// <summary>Keeps service keys. They are looked up with every call, so that a revoked key is refused at once.</summary>
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
