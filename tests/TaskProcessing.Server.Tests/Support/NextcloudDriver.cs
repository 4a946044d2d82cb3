using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Plays the administrators on both sides: a server in profile Nextcloud is the Nextcloud, another one its app.</summary>
internal static class NextcloudDriver
{
    private static readonly Dictionary<string, string> Profile = new() { ["Ocs:Profile"] = "Nextcloud" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A server that plays a Nextcloud.</summary>
    public static Task<TestServer> StartNextcloudAsync(string version = "35.0.0") =>
        TestServer.StartAsync(settings: new Dictionary<string, string>(Profile) { ["Ocs:Version"] = version });

    /// <summary>Connects the app's server to a Nextcloud; its administrator still has to register the app.</summary>
    public static async Task ConnectAsync(
        this TestServer server,
        string id,
        Uri nextcloud,
        string? secret = null,
        string appId = Nextcloud.DefaultAppId,
        string? types = null
    )
    {
        await server
            .Get<INextcloudStore>()
            .TryAddAsync(
                new Nextcloud
                {
                    Id = id,
                    Url = nextcloud.ToString().TrimEnd('/'),
                    AppId = appId,
                    AppVersion = "1.0.0",
                    ProtectedSecret = server.Get<NextcloudSecrets>().Protect(secret ?? SecretOf(id)),
                    Types = types,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                Token
            );
        await server.Get<ChangeWatcher>().RunAsync(Token);
    }

    /// <summary>The secret of a connection unless a test names another.</summary>
    public static string SecretOf(string id) => $"secret-of-{id}";

    /// <summary>As <c>occ app_api:app:register</c> in the Nextcloud: it calls the app and enables it.</summary>
    public static async Task RegisterAppAsync(
        this TestServer nextcloud,
        TestServer app,
        string secret,
        string appId = Nextcloud.DefaultAppId
    )
    {
        await nextcloud
            .Get<IExAppStore>()
            .TryAddAsync(
                new ExApp
                {
                    Id = appId,
                    Version = "1.0.0",
                    ProtectedSecret = nextcloud.Get<ExAppSecrets>().Protect(secret),
                    Url = app.Address.ToString(),
                    Enabled = true,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                Token
            );
        await nextcloud.Get<ChangeWatcher>().RunAsync(Token);
    }

    public static async Task<Nextcloud> ConnectionAsync(this TestServer server, string id) =>
        (await server.Get<INextcloudStore>().FindAsync(id, Token))!;

    /// <summary>Waits for a state of a stored connection.</summary>
    public static async Task<Nextcloud> ReachesAsync(this TestServer server, string id, Func<Nextcloud, bool> state, string what)
    {
        Nextcloud? connection = null;
        await Eventually.BecomesTrue(
            () => state(connection = server.ConnectionAsync(id).GetAwaiter().GetResult()),
            $"{id}: {what} (it is {connection})"
        );
        return connection!;
    }

    /// <summary>Waits until exactly these types are available in the Nextcloud.</summary>
    public static Task OffersAsync(this TestServer nextcloud, params string[] types) =>
        Eventually.BecomesTrue(
            () => nextcloud.TypesOffered().Order().SequenceEqual(types.Order()),
            $"the offer of {string.Join(", ", types)}"
        );

    public static IEnumerable<string> TypesOffered(this TestServer nextcloud) =>
        nextcloud.Get<CurrentTaskTypes>().Current.Available.Where(type => type.IsServed).Select(type => type.Type.Id);

    /// <summary>The provider of a type in the Nextcloud.</summary>
    public static ProviderDescriptor ProviderOf(this TestServer nextcloud, string type) =>
        nextcloud.Get<CurrentTaskTypes>().Current.Find(type)!.Provider;
}
