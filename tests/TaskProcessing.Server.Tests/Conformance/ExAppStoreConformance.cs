using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Tests.Conformance;

public abstract class ExAppStoreConformance : StoreConformance
{
    private IExAppStore ExApps => Database.Get<IExAppStore>();

    [Fact]
    public async Task An_app_is_found_as_it_was_added()
    {
        var app = NewApp("llm", enabled: true, url: "http://127.0.0.1:9080");

        (await ExApps.TryAddAsync(app, Token)).Should().BeTrue();
        (await ExApps.TryAddAsync(NewApp("llm"), Token)).Should().BeFalse("the id is taken");

        (await ExApps.FindAsync("llm", Token)).Should().BeEquivalentTo(app);
        (await ExApps.FindAsync("LLM", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Apps_are_listed_by_id()
    {
        foreach (var id in new[] { "b", "a", "C" })
            await ExApps.TryAddAsync(NewApp(id), Token);

        (await ExApps.ListAsync(Token)).Select(app => app.Id).Should().Equal("C", "a", "b");
    }

    [Fact]
    public async Task An_app_is_enabled_disabled_and_updated()
    {
        await ExApps.TryAddAsync(NewApp("llm"), Token);

        (await ExApps.SetEnabledAsync("llm", true, Token)).Should().BeTrue();
        (await ExApps.SetVersionAsync("llm", "2.0.0", Token)).Should().BeTrue();

        (await ExApps.FindAsync("llm", Token)).Should().BeEquivalentTo(new { Enabled = true, Version = "2.0.0" });
        (await ExApps.SetEnabledAsync("none", true, Token)).Should().BeFalse();
        (await ExApps.SetVersionAsync("none", "2.0.0", Token)).Should().BeFalse();
    }

    [Fact]
    public async Task A_secret_replaces_only_the_one_that_is_meant()
    {
        var app = NewApp("llm");
        await ExApps.TryAddAsync(app, Token);

        (await ExApps.TrySetSecretAsync("llm", "another", "new", Token)).Should().BeFalse();
        (await ExApps.TrySetSecretAsync("none", app.ProtectedSecret, "new", Token)).Should().BeFalse();
        (await ExApps.TrySetSecretAsync("llm", app.ProtectedSecret, "new", Token)).Should().BeTrue();

        (await ExApps.FindAsync("llm", Token))!.ProtectedSecret.Should().Be("new");
    }

    [Fact]
    public async Task A_registration_replaces_the_one_of_the_same_app_and_id_and_keeps_its_place()
    {
        await ExApps.TryAddAsync(NewApp("llm", enabled: true), Token);
        await ExApps.TryAddAsync(NewApp("other", enabled: true), Token);
        var first = NewRegistration("llm", "p1", customTaskType: """{"id":"llm:own"}""");
        var second = NewRegistration("llm", "p2");
        var replaced = NewRegistration("llm", "p1", taskType: "core:text2text:chat");
        var sameIdOfAnother = NewRegistration("other", "p1");

        foreach (var registration in new[] { first, second, replaced, sameIdOfAnother })
            await ExApps.RegisterAsync(registration, Token);

        replaced.Id.Should().Be(first.Id);
        (await ExApps.FindRegistrationAsync("llm", "p1", Token)).Should().BeEquivalentTo(replaced);
        (await ExApps.ListEffectiveRegistrationsAsync(Token))
            .Should()
            .BeEquivalentTo([replaced, second, sameIdOfAnother], options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task Registrations_of_disabled_apps_have_no_effect_but_are_kept()
    {
        await ExApps.TryAddAsync(NewApp("llm", enabled: true), Token);
        await ExApps.RegisterAsync(NewRegistration("llm", "p1"), Token);

        await ExApps.SetEnabledAsync("llm", false, Token);

        (await ExApps.ListEffectiveRegistrationsAsync(Token)).Should().BeEmpty();
        (await ExApps.FindRegistrationAsync("llm", "p1", Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_registration_is_taken_back_by_its_app_only()
    {
        await ExApps.TryAddAsync(NewApp("llm", enabled: true), Token);
        await ExApps.RegisterAsync(NewRegistration("llm", "p1"), Token);

        (await ExApps.UnregisterAsync("other", "p1", Token)).Should().BeFalse();
        (await ExApps.UnregisterAsync("llm", "p1", Token)).Should().BeTrue();
        (await ExApps.UnregisterAsync("llm", "p1", Token)).Should().BeFalse();
        (await ExApps.FindRegistrationAsync("llm", "p1", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Registrations_die_with_their_app()
    {
        await ExApps.TryAddAsync(NewApp("llm", enabled: true), Token);
        await ExApps.RegisterAsync(NewRegistration("llm", "p1"), Token);

        (await ExApps.RemoveAsync("llm", Token)).Should().BeTrue();
        (await ExApps.RemoveAsync("llm", Token)).Should().BeFalse();
        await ExApps.TryAddAsync(NewApp("llm", enabled: true), Token);

        (await ExApps.ListEffectiveRegistrationsAsync(Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Changes_of_an_app_count_for_accounts_and_providers_those_of_a_registration_for_providers()
    {
        await ExApps.TryAddAsync(NewApp("llm"), Token);
        await ExApps.SetEnabledAsync("llm", true, Token);
        await ExApps.SetVersionAsync("llm", "2", Token);
        (await VersionsAsync()).Should().Be((3, 3));

        await ExApps.RegisterAsync(NewRegistration("llm", "p1"), Token);
        await ExApps.UnregisterAsync("llm", "p1", Token);
        (await VersionsAsync()).Should().Be((3, 5));

        await ExApps.RemoveAsync("llm", Token);
        (await VersionsAsync()).Should().Be((4, 6));

        await ExApps.SetEnabledAsync("llm", true, Token);
        await ExApps.UnregisterAsync("llm", "p1", Token);
        await ExApps.RemoveAsync("llm", Token);
        (await VersionsAsync()).Should().Be((4, 6), "nothing changed");
    }

    [Fact]
    public async Task Changes_made_at_once_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => ExApps.TryAddAsync(NewApp("app" + i), Token))));

        (await VersionsAsync()).Should().Be((20, 20));
    }

    private async Task<(long Accounts, long Providers)> VersionsAsync()
    {
        var versions = await Database.Get<IChangeStore>().ReadVersionsAsync(Token);
        return (versions.GetValueOrDefault(ChangeTopic.Accounts), versions.GetValueOrDefault(ChangeTopic.Providers));
    }

    private ExApp NewApp(string id, bool enabled = false, string? url = null) =>
        new()
        {
            Id = id,
            Version = "1.0.0",
            ProtectedSecret = "protected",
            Url = url,
            Enabled = enabled,
            CreatedAt = Now,
        };

    private static StoredRegistration NewRegistration(
        string appId,
        string providerId,
        string taskType = "core:text2text",
        string? customTaskType = null
    ) =>
        new()
        {
            AppId = appId,
            ProviderId = providerId,
            DisplayName = "Provider " + providerId,
            TaskType = taskType,
            Provider = $$"""{"id":"{{providerId}}"}""",
            CustomTaskType = customTaskType,
        };
}
