using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

public sealed class CheckNextcloudTests
{
    private static readonly Uri Own = new("http://ai.example.org:8080");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_wrong_with_a_connection_that_works()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync("32.0.1");
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await server.ReachesAsync("home", one => one.OfferedAt is not null, "registered");

        (await CheckAsync(server))
            .Should()
            .Equal(
                $"True Nextcloud 32.0.1 answers at {nextcloud.Address.ToString().TrimEnd('/')}",
                "True It knows the app and the secret, and the app is enabled",
                "True 1 task type(s) are offered: core:text2text"
            );
    }

    [Fact]
    public async Task An_app_that_was_never_registered_comes_with_what_to_type()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", nextcloud.Address);

        var findings = await CheckAsync(server);

        findings[1].Should().StartWith("False It knows no app \"taskprocessing\" with this secret");
        findings[3].Should().StartWith(" occ app_api:daemon:register taskprocessing TaskProcessing manual-install http ai.example.org ");
        findings[4].Should().Contain("\"secret\":\"SECRET\",\"port\":8080").And.NotContain(NextcloudDriver.SecretOf("home"));
    }

    [Fact]
    public async Task A_secret_that_was_right_once_is_told_from_one_that_never_was()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", nextcloud.Address);
        // The server itself may ask before the check does.
        server.ExpectedLog.Add("Nextcloud home: It refuses the app");
        await server.Get<INextcloudStore>().SetEnabledThereAsync("home", enabled: true, DateTimeOffset.UtcNow, Token);

        var findings = await CheckAsync(server);

        findings[1].Should().StartWith("False It refuses the app \"taskprocessing\"");
        findings.Should().Contain(line => line.Contains("occ app_api:app:unregister taskprocessing --force"));
    }

    [Fact]
    public async Task An_app_that_is_disabled_there_is_told_from_a_refused_one()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", nextcloud.Address, secret: "secret");
        await nextcloud.AddExAppAsync(Nextcloud.DefaultAppId, enabled: false);

        (await CheckAsync(server))[1].Should().StartWith("False ").And.Contain("occ app_api:app:enable taskprocessing");
    }

    [Fact]
    public async Task A_call_that_never_arrived_here_is_pointed_out()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", nextcloud.Address, secret: "secret");
        await nextcloud.AddExAppAsync(Nextcloud.DefaultAppId);

        (await CheckAsync(server)).Should().Contain(line => line.Contains("call to this server never arrived: can it reach " + Own));
    }

    [Fact]
    public async Task A_lock_out_is_told_and_not_prolonged()
    {
        await using var nextcloud = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Ocs:Profile"] = "Nextcloud", ["BruteForce:Enabled"] = "true" }
        );
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", nextcloud.Address);

        IReadOnlyList<string> findings;
        var tries = 0;
        do findings = await CheckAsync(server);
        while (!findings.Any(line => line.Contains("refuses all apps")) && ++tries < 50);

        findings[1]
            .Should()
            .MatchRegex(@"^False It refuses all apps of this address until about \d\d:\d\d UTC")
            .And.Contain("bruteforce:reset");
        var until = DateTimeOffset.UtcNow.AddMinutes(20);
        await server.Get<INextcloudStore>().NoteContactAsync("home", NextcloudTroubles.LockedOut(until), DateTimeOffset.UtcNow, Token);
        (await CheckAsync(server))[1]
            .Should()
            .Contain($"until about {until.UtcDateTime:HH:mm} UTC", "the stored end counts, and nothing is asked");
    }

    [Fact]
    public async Task What_cannot_be_reached_is_no_Nextcloud_or_redirects_is_told_apart()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = await LoopbackWeb.StartAsync(context => context.Response.WriteAsync("<html>It works!</html>"));
        await using var moved = await LoopbackWeb.StartAsync(context =>
        {
            context.Response.Redirect("https://new.example.org/status.php");
            return Task.CompletedTask;
        });
        await server.ConnectAsync("away", new Uri($"http://127.0.0.1:{Loopback.FreePort()}"));
        await server.ConnectAsync("other", new Uri(other.Url));
        await server.ConnectAsync("moved", new Uri(moved.Url));

        (await CheckAsync(server, "away")).Should().ContainSingle().Which.Should().StartWith("False It cannot be reached: ");
        (await CheckAsync(server, "other")).Should().ContainSingle().Which.Should().StartWith("False No Nextcloud with AppAPI answers at ");
        (await CheckAsync(server, "moved")).Should().ContainSingle().Which.Should().Contain("redirects to https://new.example.org/");
    }

    [Theory]
    [InlineData("29.0.1", false, 0, "It is too old")]
    [InlineData("32.0.1", true, 0, "occ maintenance:mode --off")]
    [InlineData("32.0.1", true, 7, "Its clock and this one differ by 7 minutes")]
    public async Task An_old_version_maintenance_and_a_wrong_clock_are_told(string version, bool maintenance, int minutes, string problem)
    {
        await using var server = await TestServer.StartAsync();
        await using var nextcloud = await LoopbackWeb.StartAsync(context =>
        {
            context.Response.Headers.Date = DateTimeOffset.UtcNow.AddMinutes(minutes).ToString("r");
            return context.Response.WriteAsync(
                $$"""{"installed":true,"maintenance":{{(maintenance ? "true" : "false")}},"versionstring":"{{version}}"}"""
            );
        });
        await server.ConnectAsync("home", new Uri(nextcloud.Url));

        (await CheckAsync(server)).Should().Contain(line => line.StartsWith("False") && line.Contains(problem));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Logging.ClearProviders();
        await using var nextcloud = builder.Build();
        await nextcloud.StartAsync(Token);
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", new Uri(nextcloud.Urls.Single()));

        (await CheckAsync(server))
            .Should()
            .ContainSingle()
            .Which.Should()
            .StartWith("False Its certificate is not accepted here: ")
            .And.Contain("must be trusted by this machine");
    }

    [Fact]
    public async Task A_refused_upload_a_disabled_connection_and_a_lost_key_are_told()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<INextcloudStore>();
        await server.ConnectAsync("home", new Uri($"http://127.0.0.1:{Loopback.FreePort()}"));
        await store.SetEnabledAsync("home", enabled: false, Token);
        await store.NoteRefusedUploadAsync("home", 3 * 1024 * 1024, DateTimeOffset.UtcNow, Token);
        server.ExpectedLog.Add("a key that is lost");
        await store.SetSecretAsync("home", "encrypted elsewhere", Token);

        var findings = await CheckAsync(server);

        findings.Should().HaveCount(3).And.OnlyContain(line => line.StartsWith("False"));
        findings[0].Should().Contain("nextcloud enable home");
        findings[1].Should().Contain("nextcloud rotate home");
        findings[2].Should().Contain("refused a file of 3 MB").And.Contain("upload_max_filesize");
    }

    [Fact]
    public async Task Results_that_wait_for_long_are_told()
    {
        await using var server = await TestServer.StartAsync();
        server.ExpectedLog.Add("It cannot be reached");
        await server.ConnectAsync("home", new Uri($"http://127.0.0.1:{Loopback.FreePort()}"));
        var since = DateTimeOffset.UtcNow.AddHours(-3);
        await server
            .Get<INextcloudTaskStore>()
            .AddAsync(
                [
                    new NextcloudTask
                    {
                        NextcloudId = "home",
                        RemoteId = 7,
                        Type = "core:text2text",
                        AppId = "assistant",
                        Input = "{}",
                        Key = "home/7",
                        State = NextcloudTaskState.Finishing,
                        Failure = "no",
                        TakenAt = since,
                        ResultSince = since,
                    },
                ],
                Token
            );

        (await CheckAsync(server))[1]
            .Should()
            .StartWith($"False 1 result(s) wait for it, the oldest since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(TestServer server, string id = "home") =>
        [.. (await server.Get<CheckNextcloud>().RunAsync(id, Own, Token))!.Select(finding => $"{finding.IsGood} {finding.Text}")];
}
