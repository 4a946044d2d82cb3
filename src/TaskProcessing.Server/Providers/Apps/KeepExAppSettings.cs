using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Stores settings for an app, and reads them; sensitive values are encrypted.</summary>
internal sealed class KeepExAppSettings(IExAppSettingStore settings, IDataProtectionProvider dataProtection)
{
    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.ExAppSetting");

    /// <param name="appId">The app.</param>
    /// <param name="userId">The user that the setting is about; null for the app itself.</param>
    /// <param name="key">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="sensitive">True to encrypt the value; null keeps the present choice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The stored setting, decrypted.</returns>
    public async Task<ExAppSetting> SaveAsync(
        string appId,
        string? userId,
        string key,
        string value,
        bool? sensitive,
        CancellationToken cancellationToken
    )
    {
        var isSensitive = sensitive ?? (await settings.FindAsync(appId, userId, key, cancellationToken))?.Sensitive ?? false;
        var stored = await settings.SaveAsync(
            new ExAppSetting
            {
                AppId = appId,
                UserId = userId,
                Key = key,
                Value = isSensitive ? _protector.Protect(value) : value,
                Sensitive = isSensitive,
            },
            cancellationToken
        );
        return InClear(stored);
    }

    /// <returns>The settings of the existing keys, decrypted.</returns>
    public async Task<IReadOnlyList<ExAppSetting>> ListAsync(
        string appId,
        string? userId,
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken
    ) => [.. (await settings.ListAsync(appId, userId, keys, cancellationToken)).Select(InClear)];

    /// <returns>The number of removed settings.</returns>
    public Task<int> RemoveAsync(string appId, string? userId, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        settings.RemoveAsync(appId, userId, keys, cancellationToken);

    private ExAppSetting InClear(ExAppSetting stored) =>
        !stored.Sensitive
            ? stored
            : new ExAppSetting
            {
                Id = stored.Id,
                AppId = stored.AppId,
                UserId = stored.UserId,
                Key = stored.Key,
                Value = _protector.Unprotect(stored.Value),
                Sensitive = true,
            };
}
