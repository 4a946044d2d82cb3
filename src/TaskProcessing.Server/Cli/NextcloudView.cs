using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Cli;

/// <summary>A connection as <c>nextcloud list --json</c> writes it.</summary>
internal sealed record NextcloudView(
    string Id,
    string Url,
    string AppId,
    bool Enabled,
    bool? EnabledThere,
    bool FromSettings,
    string? ServerVersion,
    IReadOnlyList<string>? Types,
    int MaxRunning,
    bool UploadByWebDav,
    IReadOnlyList<string> Offered,
    int Waiting,
    int Running,
    int Finishing,
    string State,
    string Trouble,
    long? TroubleUntil,
    long? ContactAt,
    long CreatedAt
)
{
    public static NextcloudView Of(ListedNextcloud listed) => Of(listed.Connection, listed);

    private static NextcloudView Of(Nextcloud connection, ListedNextcloud listed) =>
        new(
            connection.Id,
            connection.Url,
            connection.AppId,
            connection.Enabled,
            connection.EnabledThere,
            connection.FromSettings,
            connection.ServerVersion,
            TypeNames.Read(connection.Types),
            connection.MaxRunning,
            connection.UploadByWebDav,
            TypeNames.Read(connection.Offered) ?? [],
            listed.Load.Waiting,
            listed.Load.Running,
            listed.Load.Finishing,
            listed.State,
            connection.Trouble.ToString(),
            connection.ProblemUntil?.ToUnixTimeSeconds(),
            connection.ContactAt?.ToUnixTimeSeconds(),
            connection.CreatedAt.ToUnixTimeSeconds()
        );
}
