namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Keeps the settings of apps; they are removed with their app, and with their user.</summary>
internal interface IExAppSettingStore
{
    Task<ExAppSetting?> FindAsync(string appId, string? userId, string key, CancellationToken cancellationToken);

    /// <summary>The existing settings, by id.</summary>
    Task<IReadOnlyList<ExAppSetting>> ListAsync(
        string appId,
        string? userId,
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken
    );

    /// <summary>Adds the setting or replaces its value; answers the stored one.</summary>
    Task<ExAppSetting> SaveAsync(ExAppSetting setting, CancellationToken cancellationToken);

    /// <summary>Answers how many there were.</summary>
    Task<int> RemoveAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}
