using System.Text.Json;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>A Nextcloud whose tasks are worked on here.</summary>
/// <param name="Id">The id of the connection.</param>
/// <param name="Url">The Nextcloud's address.</param>
/// <param name="Version">The version that it named last; null before the first contact.</param>
/// <param name="Enabled">Whether tasks are taken from it.</param>
/// <param name="EnabledThere">Whether its administrator has enabled the app there; null before the first call.</param>
/// <param name="FromSettings">True when only settings change it.</param>
/// <param name="Types">How many task types are offered there.</param>
/// <param name="Waiting">Claimed tasks that no worker has yet.</param>
/// <param name="Running">Claimed tasks that a worker has.</param>
/// <param name="Finishing">Claimed tasks whose result is on its way there.</param>
/// <param name="MaxRunning">The most claimed tasks at a time.</param>
/// <param name="State">The state in a few words; <c>ok</c> when nothing is wrong.</param>
/// <param name="Trouble">
/// What hinders the work: <c>none</c>, <c>unreachable</c>, <c>certificate</c>, <c>noNextcloud</c>, <c>notRegistered</c>,
/// <c>wrongSecret</c>, <c>notEnabled</c>, <c>lockedOut</c>, <c>maintenance</c>, <c>serverError</c>.
/// </param>
/// <param name="TroubleSince">Since when.</param>
/// <param name="TroubleUntil">When the Nextcloud is asked again; null when soon.</param>
/// <param name="ContactAt">The last answer or call of it; up to a minute behind.</param>
internal sealed record NextcloudResource(
    string Id,
    string Url,
    string? Version,
    bool Enabled,
    bool? EnabledThere,
    bool FromSettings,
    int Types,
    int Waiting,
    int Running,
    int Finishing,
    int MaxRunning,
    string State,
    string Trouble,
    long? TroubleSince,
    long? TroubleUntil,
    long? ContactAt
)
{
    public static NextcloudResource Of(ListedNextcloud listed) => Of(listed.Connection, listed.State, listed.Load);

    private static NextcloudResource Of(Nextcloud connection, string state, NextcloudLoad load) =>
        new(
            connection.Id,
            connection.Url,
            connection.ServerVersion,
            connection.Enabled,
            connection.EnabledThere,
            connection.FromSettings,
            TypeNames.Read(connection.Offered)?.Count ?? 0,
            load.Waiting,
            load.Running,
            load.Finishing,
            connection.MaxRunning,
            state,
            JsonNamingPolicy.CamelCase.ConvertName(connection.Trouble.ToString()),
            connection.ProblemSince?.ToUnixTimeSeconds(),
            connection.ProblemUntil?.ToUnixTimeSeconds(),
            connection.ContactAt?.ToUnixTimeSeconds()
        );
}

/// <summary>Whether tasks are taken from a Nextcloud.</summary>
internal sealed record NextcloudEnabledParameters
{
    /// <summary>Default false.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>The findings of a check of a Nextcloud.</summary>
internal sealed record NextcloudFindingsResource(IReadOnlyList<NextcloudFindingResource> Findings);

/// <summary>One finding.</summary>
/// <param name="IsGood">Whether it is in order; null for advice on the finding before.</param>
/// <param name="Text">The finding in words, or what to type.</param>
internal sealed record NextcloudFindingResource(bool? IsGood, string Text);
