using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

public sealed class HeldNextcloudTests
{
    [Fact]
    public async Task A_node_that_cannot_confirm_its_hold_gives_it_up_before_another_one_may_take_it()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        var connection = new Nextcloud
        {
            Id = "cloud",
            Url = "http://127.0.0.1:1",
            AppId = "app",
            AppVersion = "1.0.0",
            ProtectedSecret = "",
            CreatedAt = default,
        };
        using var held = new HeldNextcloud(
            new KnownNextcloud(connection, "secret"),
            "this node",
            server.Get<NextcloudDirectory>(),
            server.Get<NextcloudClients>(),
            server.Get<ReadNextcloud>(),
            server.Get<NoteContact>(),
            time
        );

        for (var beat = 0; beat < 4; beat++)
        {
            time.Advance(HeldNextcloud.Lifetime / 2);
            held.LoseIfOutdated();
            held.Lost.IsCancellationRequested.Should().BeFalse("the store confirms it");
            held.Confirm(time.GetTimestamp());
        }

        time.Advance(HeldNextcloud.Lifetime - TimeSpan.FromSeconds(1));
        held.LoseIfOutdated();
        held.Lost.IsCancellationRequested.Should().BeTrue();
    }
}
