using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Upkeep;

/// <summary>Asks the database about itself.</summary>
internal interface IStoreProbe
{
    /// <summary>Writes a little, for nothing but to see whether that is possible.</summary>
    /// <exception cref="StoreUnavailableException">It is not.</exception>
    Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>The names of settings with which the database may lose acknowledged data when its machine fails.</summary>
    Task<IReadOnlyList<string>> ListUnsafeSettingsAsync(CancellationToken cancellationToken);

    /// <summary>The time by the clock of the database's machine; null where that is this one.</summary>
    Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken);

    /// <summary>When the newest task was changed last; null when there is none.</summary>
    Task<DateTimeOffset?> FindNewestTimeAsync(CancellationToken cancellationToken);
}
