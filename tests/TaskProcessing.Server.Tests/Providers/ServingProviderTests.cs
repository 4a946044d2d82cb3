using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers;

/// <summary>The choice among several providers of a type.</summary>
public sealed class ServingProviderTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a", "", "", "a,b,c")]
    [InlineData("c", "c", "", "a,b,c")]
    [InlineData("b", "", "b=5,c=1", "a,b,c")]
    [InlineData("c", "c", "b=5", "a,b,c")]
    [InlineData("b", "", "a=-1", "a,b,c")]
    [InlineData("a", "x", "", "a,b")]
    [InlineData("b", "x,b,c", "c=5", "a,b,c")]
    public void The_first_of_the_order_serves_else_the_heaviest_else_the_first(
        string serving,
        string order,
        string weights,
        string providers
    ) => Serving(providers, order, weights).Should().Be(serving);

    [Theory]
    [InlineData("b", "", "")]
    [InlineData("b", "c,a", "a=5")]
    public void A_stored_preference_goes_before_the_configuration(string serving, string order, string weights) =>
        Serving("a,b,c", order, weights, preferred: "b").Should().Be(serving);

    [Theory]
    [InlineData("b", "a", "")]
    [InlineData("c", "a,b", "")]
    [InlineData("b", "a", "a")]
    public void A_disabled_provider_never_serves_even_when_preferred(string serving, string disabled, string preferred) =>
        Serving("a,b,c", order: "a,b,c", weights: "", preferred: preferred, disabled: disabled).Should().Be(serving);

    [Theory]
    [InlineData("b", "", "", "a")]
    [InlineData("a", "c", "", "c")]
    [InlineData("a", "", "b=5", "b")]
    [InlineData("c", "c", "", "a,b,c")]
    public void A_silent_one_stands_back_unless_all_are_silent(string serving, string order, string weights, string silent) =>
        Serving("a,b,c", order, weights, silent).Should().Be(serving);

    [Fact]
    public async Task Tasks_of_a_silent_app_go_to_the_next_and_come_back_with_its_next_call()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: new Dictionary<string, string> { ["Providers:SilentAfterSeconds"] = "60" }
        );
        using var first = await server.ExAppAsync("first");
        using var second = await server.ExAppAsync("second");
        using var alice = await server.UserAsync("alice");
        await first.RegisterAsync("first:p", Type);
        await second.RegisterAsync("second:p", Type);
        await first.NextAsync("first:p", Type);
        var keeper = server.Get<ExAppPresenceKeeper>();

        await alice.ScheduleAsync(Type, new { input = "hello" });
        (await second.NextAsync("second:p", Type)).Should().BeNull("the task is the first one's");
        time.Advance(TimeSpan.FromSeconds(61));
        await second.NextAsync("second:p", Type);
        await keeper.RunAsync(Token);
        (await first.GetAsync("/ocs/v2.php/cloud/capabilities", Token)).EnsureSuccessStatusCode();
        await Eventually.BecomesTrue(() => Current(server) == "first:p", "the return of the first");

        time.Advance(TimeSpan.FromSeconds(61));
        await second.NextAsync("second:p", Type);
        await keeper.RunAsync(Token);
        Current(server).Should().Be("second:p");
        (await second.NextAsync("second:p", Type)).Should().NotBeNull();
    }

    [Fact]
    public async Task When_an_app_was_last_seen_is_written_down_now_and_then_and_not_with_every_call()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var app = await server.ExAppAsync("app");

        await app.NextAsync("p", Type);
        (await server.StatusAsync("app")).SeenAt.Should().BeNull("that waits");
        await server.Get<ExAppPresenceKeeper>().RunAsync(Token);

        var status = await server.StatusAsync("app");
        status
            .Should()
            .BeEquivalentTo(
                new
                {
                    SeenAt = time.GetUtcNow(),
                    PolledAt = time.GetUtcNow(),
                    SeenVersion = "1.0.0",
                }
            );
    }

    private static string? Current(TestServer server) => server.Get<CurrentTaskTypes>().Current.Find(Type)?.Provider.Id;

    private static string Serving(
        string providers,
        string order,
        string weights,
        string silent = "",
        string preferred = "",
        string disabled = ""
    )
    {
        var options = new ProviderOptions
        {
            Order = order.Length == 0 ? [] : [new ProviderOrder { TaskType = Type, Providers = [.. order.Split(',')] }],
            Weights =
            [
                .. weights
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(weight => weight.Split('='))
                    .Select(weight => new ProviderWeight
                    {
                        Provider = weight[0],
                        Weight = int.Parse(weight[1], System.Globalization.CultureInfo.InvariantCulture),
                    }),
            ],
        };
        var stored = new StoredChoices(preferred.Length == 0 ? [] : [new(Type, preferred)], [.. disabled.Split(',')]);
        var choice = new ProviderChoice(options, stored, provider => silent.Split(',').Contains(provider.Id));
        var ordered = choice.InOrder(
            providers
                .Split(',')
                .Select(id => new ProviderDescriptor
                {
                    Id = id,
                    Name = id,
                    TaskType = Type,
                })
        );
        return new TaskTypeCatalogue(CoreTaskTypes.All, ordered, new HashSet<string>()).Find(Type)!.Provider.Id;
    }
}
