namespace TaskProcessing.Server.Nextclouds;

/// <summary>A connection: a Nextcloud whose tasks this server works on as one of that Nextcloud's provider apps.</summary>
internal sealed class Nextcloud
{
    /// <summary>
    /// 1 to 32 lower-case letters, digits, - and _; so it has no slash, and no owner of a task can be mistaken for another's.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The Nextcloud's address, without a slash at its end.</summary>
    public required string Url { get; init; }

    /// <summary>The id under which that Nextcloud knows this server as an app. Several Nextclouds may use the same.</summary>
    public required string AppId { get; init; }

    public required string AppVersion { get; init; }

    /// <summary>The shared secret, encrypted with Data Protection: it is also sent to the Nextcloud, so a hash would not do.</summary>
    public required string ProtectedSecret { get; init; }

    /// <summary>The decision of the administrator here.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The decision of the administrator there, by the last <c>PUT /enabled</c>; null before the first.</summary>
    public bool? EnabledThere { get; init; }

    /// <summary>The only task types that are offered, as <see cref="TypeNames"/>; null for all.</summary>
    public string? Types { get; init; }

    /// <summary>The most tasks of it that are under way here at a time.</summary>
    public int MaxRunning { get; init; } = DefaultMaxRunning;

    /// <summary>True when large files of results go through the user's WebDAV, round PHP's limit for uploads.</summary>
    public bool UploadByWebDav { get; init; }

    /// <summary>True for a connection from settings; commands do not change it.</summary>
    public bool FromSettings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The task types that are registered there, as <see cref="TypeNames"/>; null for none.</summary>
    public string? Offered { get; init; }

    /// <summary>The version that the Nextcloud named last, such as <c>32.0.1</c>.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The last answer or call of the Nextcloud. Up to a minute behind.</summary>
    public DateTimeOffset? ContactAt { get; init; }

    public NextcloudTrouble Trouble { get; init; }

    /// <summary>The trouble in a sentence; null without one.</summary>
    public string? Problem { get; init; }

    public DateTimeOffset? ProblemSince { get; init; }

    /// <summary>When the Nextcloud may be asked again; null when at once.</summary>
    public DateTimeOffset? ProblemUntil { get; init; }

    /// <summary>When all that is offered was last registered there; null when that has to be done.</summary>
    public DateTimeOffset? OfferedAt { get; init; }

    /// <summary>When the Nextcloud's web server or PHP last refused a file as too large.</summary>
    public DateTimeOffset? RefusedUploadAt { get; init; }

    /// <summary>The size of that file; null for none.</summary>
    public long? RefusedUploadBytes { get; init; }

    /// <summary>
    /// True when the call that enabled it there may still be under way; until its end the app may count as disabled there.
    /// </summary>
    public bool WasJustEnabled(DateTimeOffset now) =>
        EnabledThere == true && OfferedAt is null && now - ContactAt < TimeSpan.FromMinutes(1);

    public const string DefaultAppId = "taskprocessing";

    public const int DefaultMaxRunning = 16;
}

/// <summary>Ids of task types in one column.</summary>
internal static class TypeNames
{
    public static string? Write(IReadOnlyCollection<string>? types) => types is null ? null : string.Join('\n', types);

    public static IReadOnlyList<string>? Read(string? types) => types?.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
