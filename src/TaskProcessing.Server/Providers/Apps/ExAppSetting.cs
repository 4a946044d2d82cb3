namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Something that an app had the server keep: for itself (AppAPI's config) or for one user (a preference).</summary>
internal sealed class ExAppSetting
{
    public long Id { get; set; }

    public required string AppId { get; init; }

    /// <summary>The user that the setting is about; null for a setting of the app itself.</summary>
    public string? UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>Encrypted when the setting is sensitive.</summary>
    public required string Value { get; init; }

    public bool Sensitive { get; init; }
}
