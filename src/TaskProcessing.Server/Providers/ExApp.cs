namespace TaskProcessing.Server.Providers;

/// <summary>A provider app: a program that logs in with AppAPI headers to serve tasks.</summary>
internal sealed class ExApp
{
    public required string Id { get; init; }

    public required string Version { get; set; }

    /// <summary>The shared secret, encrypted with Data Protection: it is also sent to the app, so a hash would not do.</summary>
    public required string ProtectedSecret { get; set; }

    /// <summary>Where the app listens, such as <c>http://127.0.0.1:9080</c>; null for apps that only poll.</summary>
    public string? Url { get; set; }

    public bool Enabled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A provider that an app registered; the app's registrations die with it.</summary>
internal sealed class ProviderRegistration
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
