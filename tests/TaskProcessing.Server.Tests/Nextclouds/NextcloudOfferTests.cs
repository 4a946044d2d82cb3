using System.Net.Http.Json;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Nextclouds;

public sealed class NextcloudOfferTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Nextcloud_that_enables_the_app_is_offered_what_is_served_here()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text", "core:text2image");
        await server.ConnectAsync("home", nextcloud.Address);

        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await nextcloud.OffersAsync("core:text2text", "core:text2image");

        nextcloud.ProviderOf("core:text2text").Id.Should().Be("taskprocessing:core:text2text");
        var connection = await server.ReachesAsync("home", one => one.OfferedAt is not null, "registered");
        connection.EnabledThere.Should().BeTrue();
        connection.ServerVersion.Should().Be("35.0.0");
        connection.Trouble.Should().Be(NextcloudTrouble.None);
    }

    [Fact]
    public async Task What_is_offered_follows_what_is_served()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await nextcloud.OffersAsync("core:text2text");

        await worker.RegisterAsync("worker:more", "core:text2text:summary");
        await nextcloud.OffersAsync("core:text2text", "core:text2text:summary");

        (
            await worker.DeleteAsync("/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing?name=worker:core:text2text", Token)
        ).EnsureSuccessStatusCode();
        await nextcloud.OffersAsync("core:text2text:summary");
    }

    [Fact]
    public async Task Choices_and_defaults_of_the_serving_provider_are_offered_but_no_optional_file()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.ExAppAsync("worker");
        var none = Array.Empty<object>();
        var provider = new
        {
            id = "worker:translate",
            name = "Translator",
            task_type = "core:text2text:translate",
            expected_runtime = 7,
            optional_input_shape = new object[]
            {
                new
                {
                    name = "picture",
                    description = "",
                    shape_type = 2,
                },
                new
                {
                    name = "tone",
                    description = "",
                    shape_type = 6,
                },
            },
            optional_output_shape = none,
            input_shape_enum_values = new { target_language = new[] { new { name = "German", value = "de" } } },
            input_shape_defaults = new { target_language = "de" },
            optional_input_shape_enum_values = new { tone = new[] { new { name = "Kind", value = "kind" } } },
            optional_input_shape_defaults = new { tone = "kind" },
            output_shape_enum_values = none,
            optional_output_shape_enum_values = none,
        };
        (
            await worker.PostAsJsonAsync("/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing", new { provider }, Token)
        ).EnsureSuccessStatusCode();
        await server.ConnectAsync("home", nextcloud.Address);

        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await nextcloud.OffersAsync("core:text2text:translate");

        var offered = nextcloud.ProviderOf("core:text2text:translate");
        offered.Name.Should().Be("Translator");
        offered.ExpectedRuntime.Should().Be(TimeSpan.FromSeconds(7));
        offered.OptionalInputShape.Select(slot => slot.Key).Should().Equal("tone");
        offered.InputShapeEnumValues["target_language"].Single().Value.Should().Be("de");
        offered.InputShapeDefaults["target_language"].GetString().Should().Be("de");
        offered.OptionalInputShapeDefaults["tone"].GetString().Should().Be("kind");
    }

    [Fact]
    public async Task A_Nextcloud_that_disables_the_app_has_no_provider_of_it_when_its_call_is_answered()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await server.ReachesAsync("home", one => one.OfferedAt is not null, "registered");

        await SetEnabledThereAsync(nextcloud, enabled: false);
        await nextcloud.ReachesAsync(Nextcloud.DefaultAppId, ExAppStage.Disabled);

        (await RegistrationAsync(nextcloud, "core:text2text")).Should().BeNull();
        var disabled = await server.ConnectionAsync("home");
        disabled.EnabledThere.Should().BeFalse();
        disabled.Trouble.Should().Be(NextcloudTrouble.NotEnabled);

        await SetEnabledThereAsync(nextcloud, enabled: true);
        await nextcloud.OffersAsync("core:text2text");
        await server.ReachesAsync("home", one => one is { EnabledThere: true, Trouble: NextcloudTrouble.None }, "well");
    }

    [Fact]
    public async Task A_connection_that_is_disabled_here_offers_nothing_until_it_is_enabled()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await nextcloud.OffersAsync("core:text2text");

        await server.Get<INextcloudStore>().SetEnabledAsync("home", enabled: false, Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        await nextcloud.OffersAsync();

        await server.Get<INextcloudStore>().SetEnabledAsync("home", enabled: true, Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        await nextcloud.OffersAsync("core:text2text");
    }

    [Fact]
    public async Task Two_Nextclouds_with_the_same_app_on_one_port_are_told_apart_and_get_what_their_filters_name()
    {
        await using var first = await NextcloudDriver.StartNextcloudAsync();
        await using var second = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text", "core:text2image");
        await server.ConnectAsync("first", first.Address, types: "core:text2image");
        await server.ConnectAsync("second", second.Address, types: "core:text2text");

        await second.RegisterAppAsync(server, NextcloudDriver.SecretOf("second"));
        await second.OffersAsync("core:text2text");
        (await server.ConnectionAsync("first")).EnabledThere.Should().BeNull();

        await first.RegisterAppAsync(server, NextcloudDriver.SecretOf("first"));
        await first.OffersAsync("core:text2image");
        second.TypesOffered().Should().Equal("core:text2text");
    }

    [Fact]
    public async Task A_version_is_offered_what_it_knows_and_what_the_filter_brings_along()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync([.. CoreTaskTypes.All.Select(type => type.Id)]);
        await server.ConnectAsync("all", new Uri("http://127.0.0.1:9"));
        await server.ConnectAsync("some", new Uri("http://127.0.0.1:9"), types: "core:text2text\ncore:image2text:ocr");
        var (all, some) = (server.Get<NextcloudDirectory>().Find("all")!, server.Get<NextcloudDirectory>().Find("some")!);
        var offered = server.Get<OfferedProviders>();

        foreach (
            var (version, count) in new[] { ("30.0.1", 13), ("31.0.0", 17), ("32.0.1", 21), ("33.0.0", 22), ("34.1.0", 23), ("35.0.0", 28) }
        )
            offered.To(all, version).Should().HaveCount(count, version).And.OnlyContain(one => one.CustomTaskType == null);
        offered.To(all, version: null).Should().HaveCount(28, "nothing is withheld from a version that is not known");

        var brought = offered.To(some, "32.0.1");
        brought.Select(one => one.Id).Should().Equal("taskprocessing:core:text2text", "taskprocessing:core:image2text:ocr");
        brought[0].CustomTaskType.Should().BeNull();
        brought[1].CustomTaskType!.Id.Should().Be("core:image2text:ocr");
        offered.To(some, "33.0.0")[1].CustomTaskType.Should().BeNull("it is known there");
    }

    [Fact]
    public async Task After_a_refusal_the_Nextcloud_is_left_alone_until_it_calls()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        server.ExpectedLog.Add("Nextcloud home: It refuses the app");
        // It was enabled with another secret.
        await server.Get<INextcloudStore>().SetEnabledThereAsync("home", enabled: true, DateTimeOffset.UnixEpoch, Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);

        var refused = await server.ReachesAsync("home", one => one.Trouble == NextcloudTrouble.WrongSecret, "refused");
        refused.ProblemUntil.Should().BeAfter(DateTimeOffset.UtcNow.AddMinutes(5));
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));

        await nextcloud.OffersAsync("core:text2text");
        await server.ReachesAsync("home", one => one is { Trouble: NextcloudTrouble.None, ProblemUntil: null }, "well");
    }

    [Fact]
    public async Task Registrations_that_a_Nextcloud_lost_are_made_again_when_it_registers_the_app_anew()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await nextcloud.OffersAsync("core:text2text");

        // A call may be under way and be refused, and what is gone cannot be withdrawn.
        server.ExpectedLog.Add("Nextcloud home");
        nextcloud.ExpectedLog.Add(Nextcloud.DefaultAppId);
        await nextcloud.Get<IExAppStore>().RemoveAsync(Nextcloud.DefaultAppId, Token);
        await nextcloud.Get<ChangeWatcher>().RunAsync(Token);
        await nextcloud.OffersAsync();
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));

        await nextcloud.OffersAsync("core:text2text");
    }

    private static async Task SetEnabledThereAsync(TestServer nextcloud, bool enabled)
    {
        await nextcloud.Get<EnableExApp>().RunAsync(Nextcloud.DefaultAppId, enabled, Token);
        await nextcloud.Get<ChangeWatcher>().RunAsync(Token);
    }

    private static Task<StoredRegistration?> RegistrationAsync(TestServer nextcloud, string type) =>
        nextcloud.Get<IExAppStore>().FindRegistrationAsync(Nextcloud.DefaultAppId, $"{Nextcloud.DefaultAppId}:{type}", Token);
}
