namespace TaskProcessing.Server.Nextclouds;

/// <summary>What the page <c>status.php</c> of a Nextcloud tells everybody.</summary>
/// <param name="Version">Such as <c>32.0.1</c>.</param>
/// <param name="IsInstalled">False before the set-up has ended.</param>
/// <param name="IsInMaintenance">True while it answers nothing else.</param>
/// <param name="Date">Its clock; null when it does not tell.</param>
internal sealed record NextcloudStatus(string Version, bool IsInstalled, bool IsInMaintenance, DateTimeOffset? Date);
