using System.Text.Encodings.Web;
using System.Text.Json;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>What the administrator of a Nextcloud types there.</summary>
internal static class OccCommands
{
    private const string Name = "TaskProcessing";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Makes the app known and enables it. AppAPI takes host and protocol from the daemon, the port from the app; one daemon has each
    /// port once, so the daemon is named as the app.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secret">The secret, or what stands for it.</param>
    /// <param name="own">Where the Nextcloud reaches this server.</param>
    public static IReadOnlyList<string> Register(Nextcloud connection, string secret, Uri own)
    {
        var info = JsonSerializer.Serialize(
            new Dictionary<string, object>
            {
                ["id"] = connection.AppId,
                ["name"] = Name,
                ["version"] = connection.AppVersion,
                ["secret"] = secret,
                ["port"] = own.Port,
            },
            Json
        );
        return
        [
            $"occ app_api:daemon:register {connection.AppId} {Name} manual-install {own.Scheme} {Host(own)} "
                + ShellWord.Of(connection.Url),
            $"occ app_api:app:register {connection.AppId} {connection.AppId} --wait-finish --json-info {ShellWord.Of(info)}",
        ];
    }

    /// <summary>An app keeps its secret and port for its life there; the daemon stays.</summary>
    public static IReadOnlyList<string> RegisterAnew(Nextcloud connection, string secret, Uri own) =>
        [.. Unregister(connection), Register(connection, secret, own)[1]];

    public static IReadOnlyList<string> Unregister(Nextcloud connection) => [$"occ app_api:app:unregister {connection.AppId} --force"];

    public static string Enable(Nextcloud connection) => $"occ app_api:app:enable {connection.AppId}";

    private static string Host(Uri own) => own.HostNameType == UriHostNameType.IPv6 ? $"[{own.IdnHost}]" : own.IdnHost;
}
