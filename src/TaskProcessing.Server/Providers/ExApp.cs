namespace TaskProcessing.Server.Providers;

/// <summary>A provider app: a program that logs in with AppAPI headers to serve tasks.</summary>
internal sealed class ExApp
{
    public required string Id { get; init; }

    public required string Version { get; set; }

    /// <summary>
    /// The shared secret, encrypted with Data Protection: it is also sent to the app, so a hash would not do. See
    /// <see cref="ExAppSecrets"/>.
    /// </summary>
    public required string ProtectedSecret { get; set; }

    /// <summary>The app's own address, such as <c>http://127.0.0.1:9080</c>; null for apps that only poll.</summary>
    public string? Url { get; set; }

    public bool Enabled { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
