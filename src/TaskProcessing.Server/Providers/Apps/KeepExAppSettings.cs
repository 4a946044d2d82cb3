using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>What an app lets the server keep for it, and reads again; sensitive values lie encrypted.</summary>
internal sealed class KeepExAppSettings(IExAppSettingStore settings, IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.ExAppSetting");

    /// <param name="appId">The app.</param>
    /// <param name="userId">The user whom it is about; null for the app itself.</param>
    /// <param name="key">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="sensitive">Whether it shall lie encrypted; null leaves that as it was.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is stored, in clear.</returns>
    public async Task<ExAppSetting> SaveAsync(
        string appId, string? userId, string key, string value, bool? sensitive, CancellationToken cancellationToken)
    {
        var isSensitive = sensitive ?? (await settings.FindAsync(appId, userId, key, cancellationToken))?.Sensitive ?? false;
        var stored = await settings.SaveAsync(
            new ExAppSetting { AppId = appId, UserId = userId, Key = key, Value = isSensitive ? _protector.Protect(value) : value, Sensitive = isSensitive },
            cancellationToken);
        return InClear(stored);
    }

    /// <returns>Those of the keys that exist, in clear.</returns>
    public async Task<IReadOnlyList<ExAppSetting>> ListAsync(
        string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        [.. (await settings.ListAsync(appId, userId, keys, cancellationToken)).Select(InClear)];

    /// <returns>How many there were.</returns>
    public Task<int> RemoveAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        settings.RemoveAsync(appId, userId, keys, cancellationToken);

    private ExAppSetting InClear(ExAppSetting stored) => !stored.Sensitive ? stored : new ExAppSetting
    {
        Id = stored.Id,
        AppId = stored.AppId,
        UserId = stored.UserId,
        Key = stored.Key,
        Value = _protector.Unprotect(stored.Value),
        Sensitive = true,
    };
}
