namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Something that an app had the server keep: for itself (AppAPI's config) or for one user (a preference).</summary>
internal sealed class ExAppSetting
{
    public long Id { get; set; }

    public required string AppId { get; init; }

    /// <summary>Null for what concerns the app alone.</summary>
    public string? UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>Encrypted when the setting is sensitive.</summary>
    public required string Value { get; init; }

    public bool Sensitive { get; init; }
}

/// <summary>Keeps the settings of apps; they go with their app, and with their user.</summary>
internal interface IExAppSettingStore
{
    Task<ExAppSetting?> FindAsync(string appId, string? userId, string key, CancellationToken cancellationToken);

    /// <summary>Those that exist, by id.</summary>
    Task<IReadOnlyList<ExAppSetting>> ListAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>Adds it or replaces its value; answers what is stored.</summary>
    Task<ExAppSetting> SaveAsync(ExAppSetting setting, CancellationToken cancellationToken);

    /// <summary>Answers how many there were.</summary>
    Task<int> RemoveAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}
