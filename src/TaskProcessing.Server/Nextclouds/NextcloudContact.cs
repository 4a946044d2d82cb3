namespace TaskProcessing.Server.Nextclouds;

/// <summary>What a call to a Nextcloud, or a call of it, taught.</summary>
/// <param name="Trouble">What hinders the work.</param>
/// <param name="Problem">The trouble in a sentence; null without one.</param>
/// <param name="Until">When the Nextcloud may be asked again; null when at once.</param>
internal sealed record NextcloudContact(NextcloudTrouble Trouble, string? Problem, DateTimeOffset? Until)
{
    public static NextcloudContact Good { get; } = new(NextcloudTrouble.None, null, null);

    /// <summary>The version that it named; null when the contact did not tell.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>True when the Nextcloud answered at all, or called.</summary>
    public bool WasReached => Trouble is not (NextcloudTrouble.Unreachable or NextcloudTrouble.Certificate);
}
