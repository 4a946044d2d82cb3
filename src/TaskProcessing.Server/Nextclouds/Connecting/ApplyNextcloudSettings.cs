using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Brings the connections from settings into the store, when a server starts.</summary>
internal sealed partial class ApplyNextcloudSettings(
    INextcloudStore store,
    NextcloudSecrets secrets,
    IOptions<NextcloudOptions> options,
    TimeProvider time,
    ILogger<ApplyNextcloudSettings> logger
)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var stored = (await store.ListAsync(cancellationToken)).ToDictionary(connection => connection.Id);
        var configured = options
            .Value.Connections.Select(entry => Read(entry.Key, entry.Value, stored.GetValueOrDefault(entry.Key)))
            .ToList();
        foreach (var taken in configured.Where(connection => stored.GetValueOrDefault(connection.Id) is { FromSettings: false }))
            Log.Taken(logger, taken.Id);

        var isSame =
            configured.All(connection => IsSame(connection, stored.GetValueOrDefault(connection.Id)))
            && stored.Values.All(known => !known.FromSettings || !known.Enabled || options.Value.Connections.ContainsKey(known.Id));
        if (!isSame)
            await store.PutConfiguredAsync(configured, cancellationToken);
    }

    private Nextcloud Read(string id, ConfiguredNextcloud configured, Nextcloud? stored)
    {
        var secret = configured.ReadSecret();
        return new()
        {
            Id = id,
            Url = NextcloudRules.CleanUrl(configured.Url),
            AppId = configured.AppId,
            AppVersion = AddNextcloud.AppVersion,
            // An encrypted text is another one each time.
            ProtectedSecret =
                stored is not null && secrets.TryUnprotect(stored) == secret ? stored.ProtectedSecret : secrets.Protect(secret),
            Enabled = configured.Enabled,
            Types = configured.Types.Count == 0 ? null : TypeNames.Write(configured.Types),
            MaxRunning = configured.MaxRunning,
            UploadByWebDav = configured.UploadByWebDav,
            FromSettings = true,
            CreatedAt = time.GetUtcNow(),
        };
    }

    private static bool IsSame(Nextcloud configured, Nextcloud? stored) =>
        stored is { FromSettings: false }
        || stored is not null
            && stored.Url == configured.Url
            && stored.AppId == configured.AppId
            && stored.AppVersion == configured.AppVersion
            && stored.ProtectedSecret == configured.ProtectedSecret
            && stored.Enabled == configured.Enabled
            && stored.Types == configured.Types
            && stored.MaxRunning == configured.MaxRunning
            && stored.UploadByWebDav == configured.UploadByWebDav;

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Nextclouds:Connections:{Id} is ignored: a command has added a connection of that id. \"nextcloud remove {Id}\" makes room"
        )]
        public static partial void Taken(ILogger logger, string id);
    }
}
