namespace TaskProcessing.Server.Upkeep;

/// <summary>Asks the database about itself.</summary>
internal interface IStoreProbe
{
    /// <summary>Writes a little, for nothing but to see whether that is possible.</summary>
    /// <exception cref="StoreUnavailableException">It is not.</exception>
    Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>The names of settings with which the database may lose what it has acknowledged when its machine fails.</summary>
    Task<IReadOnlyList<string>> ListUnsafeSettingsAsync(CancellationToken cancellationToken);
}
