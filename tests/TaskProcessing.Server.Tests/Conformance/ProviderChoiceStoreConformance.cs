using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Choosing;

namespace TaskProcessing.Server.Tests.Conformance;

public abstract class ProviderChoiceStoreConformance : StoreConformance
{
    private IProviderChoiceStore Choices => Database.Get<IProviderChoiceStore>();

    [Fact]
    public async Task A_preference_replaces_the_one_before_and_can_be_cleared()
    {
        await Choices.PreferAsync("core:text2text", "a", Token);
        await Choices.PreferAsync("core:text2text", "b", Token);
        await Choices.PreferAsync("core:text2image", "c", Token);
        (await Choices.ReadAsync(Token))
            .Preferred.Should()
            .BeEquivalentTo(new Dictionary<string, string> { ["core:text2text"] = "b", ["core:text2image"] = "c" });

        (await Choices.ClearPreferenceAsync("core:text2text", Token)).Should().BeTrue();
        (await Choices.ClearPreferenceAsync("core:text2text", Token)).Should().BeFalse();

        (await Choices.ReadAsync(Token)).Preferred.Keys.Should().Equal("core:text2image");
    }

    [Fact]
    public async Task A_provider_is_disabled_and_enabled_once()
    {
        (await Choices.SetEnabledAsync("a", enabled: true, Token)).Should().BeFalse();
        (await Choices.SetEnabledAsync("a", enabled: false, Token)).Should().BeTrue();
        (await Choices.SetEnabledAsync("a", enabled: false, Token)).Should().BeFalse();
        (await Choices.ReadAsync(Token)).Disabled.Should().Equal("a");

        (await Choices.SetEnabledAsync("a", enabled: true, Token)).Should().BeTrue();
        (await Choices.ReadAsync(Token)).Disabled.Should().BeEmpty();
    }

    [Fact]
    public async Task Every_decision_is_noticed_and_no_record_of_what_is_served()
    {
        var seen = new List<long>();

        await Choices.PreferAsync("core:text2text", "a", Token);
        seen.Add(await VersionAsync());
        await Choices.ClearPreferenceAsync("core:text2text", Token);
        seen.Add(await VersionAsync());
        await Choices.SetEnabledAsync("a", enabled: false, Token);
        seen.Add(await VersionAsync());
        await Choices.SetEnabledAsync("a", enabled: true, Token);
        seen.Add(await VersionAsync());
        await Choices.RecordLocalAsync([Record("a", 0, Now)], [], Token);
        seen.Add(await VersionAsync());

        seen.Should().Equal(1, 2, 3, 4, 4);
    }

    [Fact]
    public async Task Local_providers_are_listed_in_their_order_until_they_are_gone()
    {
        await Choices.RecordLocalAsync([Record("b", 0, Now), Record("a", 1, Now)], [], Token);
        (await Choices.ListLocalAsync(Token)).Select(record => record.ProviderId).Should().Equal("b", "a");

        await Choices.RecordLocalAsync([Record("a", 0, Now.AddMinutes(1))], ["b", "never there"], Token);

        (await Choices.ListLocalAsync(Token)).Should().BeEquivalentTo([Record("a", 0, Now.AddMinutes(1))]);
    }

    private static LocalProviderRecord Record(string id, int position, DateTimeOffset seenAt) =>
        new()
        {
            ProviderId = id,
            Name = $"Provider {id}",
            TaskType = "core:text2text",
            Position = position,
            SeenAt = seenAt,
        };

    private async Task<long> VersionAsync() =>
        (await Database.Get<IChangeStore>().ReadVersionsAsync(Token)).GetValueOrDefault(ChangeTopic.Providers);
}
