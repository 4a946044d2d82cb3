namespace TaskProcessing.Server.Providers;

/// <summary>A provider that an app registered; the app's registrations die with it.</summary>
internal sealed class StoredRegistration
{
    /// <summary>Given by the store; the order in which providers were registered.</summary>
    public long Id { get; set; }

    public required string AppId { get; init; }

    /// <summary>Unique for the app.</summary>
    public required string ProviderId { get; init; }

    public required string DisplayName { get; set; }

    public required string TaskType { get; set; }

    /// <summary>The registered provider as JSON text, as the app sent it.</summary>
    public required string Provider { get; set; }

    /// <summary>The task type that the app brought, as JSON text; null without one.</summary>
    public string? CustomTaskType { get; set; }
}
