using System.Globalization;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Describes the state of a connection in a few words.</summary>
internal static class NextcloudCondition
{
    public const string Well = "ok";

    public static string Describe(Nextcloud connection) =>
        connection switch
        {
            { Enabled: false, FromSettings: true } => "disabled in the settings, or no longer in them",
            { Enabled: false } => "disabled here",
            { Trouble: not NextcloudTrouble.None, Problem: { } problem } => problem,
            { EnabledThere: null } => "not registered there yet",
            { EnabledThere: false } => NextcloudTroubles.DisabledThere,
            { OfferedAt: null } => "its providers are being registered",
            { Offered: "" or null } => "nothing that it knows is served here",
            _ => Well,
        };

    /// <summary>UTC, to the minute.</summary>
    public static string Time(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
