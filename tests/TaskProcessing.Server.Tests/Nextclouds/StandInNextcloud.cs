using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>A server of ours that plays a Nextcloud, for a bridge under test.</summary>
internal sealed class StandInNextcloud : IAsyncDisposable
{
    public const string Secret = "secret";

    private StandInNextcloud(string id, TestServer server, NextcloudFront front)
    {
        (Id, Server, Front) = (id, server, front);
    }

    /// <summary>The name of the connection.</summary>
    public string Id { get; }

    public TestServer Server { get; }

    public NextcloudFront Front { get; }

    public static async Task<StandInNextcloud> StartAsync(string id = "cloud", int version = 32)
    {
        var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Ocs:Profile"] = "Nextcloud",
                ["Ocs:Version"] = $"{version}.0.1",
                // A claimed task is never given back there.
                ["Leases:MinSeconds"] = "86400",
            }
        );
        await server.AddExAppAsync(Nextcloud.DefaultAppId);
        return new StandInNextcloud(id, server, await NextcloudFront.StartAsync(() => server.Address, Secret, version));
    }

    /// <summary>A server that works for the Nextclouds, quickly, and serves text and images through the app <c>worker</c>.</summary>
    public static async Task<TestServer> StartBridgeAsync(
        IEnumerable<StandInNextcloud> clouds,
        DatabaseProvider store = DatabaseProvider.Sqlite,
        NextcloudPace? pace = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? more = null
    )
    {
        var bridge = await TestServer.StartAsync(
            store,
            time,
            more: services =>
            {
                services.Replace(ServiceDescriptor.Singleton(pace ?? Quick));
                more?.Invoke(services);
            }
        );
        foreach (var cloud in clouds)
            await cloud.ConnectAsync(bridge);
        return bridge;
    }

    /// <summary>A server as above, on a database that others may have too.</summary>
    public static Task<TestServer> StartNodeAsync(TestDatabase database) =>
        TestServer.StartAsync(database, settings: null, services => services.Replace(ServiceDescriptor.Singleton(Quick)));

    /// <summary>A pace for tests, which have no hour.</summary>
    public static NextcloudPace Quick { get; } =
        new()
        {
            BusyPoll = TimeSpan.FromMilliseconds(20),
            IdlePoll = TimeSpan.FromMilliseconds(50),
            Progress = TimeSpan.FromMilliseconds(10),
            Output = TimeSpan.FromMilliseconds(10),
            RunningSign = TimeSpan.FromMilliseconds(50),
            WaitingSign = TimeSpan.FromMilliseconds(50),
            Retry = TimeSpan.FromMilliseconds(20),
            Doubt = TimeSpan.FromMilliseconds(100),
            Searches = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)],
        };

    /// <summary>Tells the bridge of the Nextcloud.</summary>
    public async Task ConnectAsync(TestServer bridge, int maxRunning = 16, bool uploadByWebDav = false)
    {
        var plain = new Nextcloud
        {
            Id = Id,
            Url = Front.Url,
            AppId = Nextcloud.DefaultAppId,
            AppVersion = "1.0.0",
            ProtectedSecret = bridge.Get<NextcloudSecrets>().Protect(Secret),
            MaxRunning = maxRunning,
            UploadByWebDav = uploadByWebDav,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        await bridge.Get<INextcloudStore>().TryAddAsync(plain, TestContext.Current.CancellationToken);
        await bridge
            .Get<INextcloudStore>()
            .SetEnabledThereAsync(Id, enabled: true, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        await bridge.Get<NextcloudDirectory>().ReloadAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Registers providers there, as the bridge does in PUT /enabled.</summary>
    public async Task OfferAsync(params string[] types)
    {
        using var app = await Server.ExAppAsync(Nextcloud.DefaultAppId);
        foreach (var type in types)
            await app.RegisterAsync($"{Nextcloud.DefaultAppId}:{type}", type);
    }

    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await Server.DisposeAsync();
    }
}
