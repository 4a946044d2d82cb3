using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Providers;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Cli.Settings;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Endpoints come and go in a running server, and wrong settings are refused before it starts.</summary>
public sealed class EndpointSourceTests
{
    private static readonly TimeSpan AwayLook = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_server_starts_without_its_endpoint_and_offers_it_when_it_answers()
    {
        var time = new ManualTimeProvider();
        var url = NobodyListens();
        await using var server = await StartAsync(url, time);
        server.ExpectedLog.Add("Endpoint local is unreachable");
        await time.WhenSomebodyWaitsAsync(AwayLook);
        Serving(server).Should().BeNull();

        await using var back = await ModelEndpoint.StartAsync(url);
        await PassAsync(time, AwayLook);

        await Eventually.BecomesTrue(() => Serving(server) is not null, "the offer");
        using var user = await server.UserAsync("alice");
        (await user.EndedAsync(await user.ScheduleAsync("core:text2text", new { input = "Hi" })))
            .GetProperty("output")
            .GetProperty("output")
            .GetString()
            .Should()
            .Be("Fine.");
    }

    [Fact]
    public async Task A_configured_model_is_offered_before_the_endpoint_answers_and_withdrawn_when_it_does_not()
    {
        var time = new ManualTimeProvider();
        var url = NobodyListens();
        await using var server = await StartAsync(url, time, ("Model", "mine"), ("AwaySeconds", "30"));
        server.ExpectedLog.Add("Endpoint local is unreachable");
        server.ExpectedLog.Add("Endpoint local is still unreachable");
        Models(server).Should().Equal("mine");

        await PassAsync(time, AwayLook);
        await time.WhenSomebodyWaitsAsync(AwayLook);
        Serving(server).Should().NotBeNull("it has been away for less than its 30 s");

        await PassAsync(time, AwayLook);
        await Eventually.BecomesTrue(() => Serving(server) is null, "the end of the offer");
        await using var back = await ModelEndpoint.StartAsync(url);
        await PassAsync(time, AwayLook);
        await Eventually.BecomesTrue(() => Serving(server) is not null, "the offer");
        Models(server).Should().Equal("mine", "small", "large");
    }

    [Fact]
    public async Task Models_that_come_and_go_can_be_chosen_and_no_longer()
    {
        var time = new ManualTimeProvider();
        await using var endpoint = await ModelEndpoint.StartAsync();
        await using var server = await StartAsync(endpoint.Url, time, ("RefreshSeconds", "45"));
        await Eventually.BecomesTrue(() => Serving(server) is not null, "the offer");
        Models(server).Should().Equal("small", "large");
        server.Get<CurrentTaskTypes>().Current.Find("core:text2image").Should().BeNull();

        endpoint.Models = ["large", "dall-e-3"];
        await PassAsync(time, TimeSpan.FromSeconds(45));

        await Eventually.BecomesTrue(() => Models(server).SequenceEqual(["large"]), "the other list");
        server.Get<CurrentTaskTypes>().Current.Find("core:text2image").Should().NotBeNull();
    }

    [Fact]
    public async Task An_endpoint_without_a_list_serves_what_is_configured()
    {
        await using var endpoint = await ModelEndpoint.StartAsync();
        endpoint.Models = null;
        await using var server = await StartAsync(endpoint.Url, null, ("Model", "mine"), ("TaskTypes:0", "core:text2text"));
        server.ExpectedLog.Add("Could not list the models of endpoint local: The endpoint answered 404");
        using var user = await server.UserAsync("alice");

        var task = await user.EndedAsync(await user.ScheduleAsync("core:text2text", new { input = "Hi" }));

        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        endpoint.Requests.Single().Json.GetProperty("model").GetString().Should().Be("mine");
        server.Get<CurrentTaskTypes>().Current.Available.Where(type => type.Provider.Id.StartsWith("openai:")).Should().ContainSingle();
    }

    [Fact]
    public async Task A_task_that_streams_shows_its_output_while_it_runs()
    {
        await using var endpoint = await ModelEndpoint.StartAsync();
        endpoint.Otherwise = ModelEndpoint.FallsSilent("Once upon", " a time");
        await using var server = await StartAsync(endpoint.Url, null, ("Model", "mine"));
        using var user = await server.UserAsync("alice");

        var id = await user.ScheduleAsync("core:text2text", new { input = "Tell" }, preferStreaming: true);
        var task = default(JsonElement);
        do task = await user.TaskAsync(id, wait: 20);
        while (!task.GetRawText().Contains("Once upon a time"));

        task.GetProperty("status").GetString().Should().Be("STATUS_RUNNING");
        (await user.PostAsync($"{OcsDriver.Root}/tasks/{id}/cancel", null)).EnsureSuccessStatusCode();
        await Eventually.BecomesTrue(() => endpoint.Aborted == 1, "the end of the call");
    }

    [Fact]
    public async Task The_concurrency_of_an_endpoint_holds_over_all_task_types()
    {
        await using var endpoint = await ModelEndpoint.StartAsync();
        var release = new TaskCompletionSource();
        endpoint.Otherwise = async context =>
        {
            await release.Task;
            await ModelEndpoint.Streams("Done")(context);
        };
        await using var server = await StartAsync(endpoint.Url, null, ("Model", "mine"), ("Concurrency", "2"));
        using var user = await server.UserAsync("alice");

        List<long> ids = [];
        foreach (
            var type in (string[])
                ["core:text2text", "core:text2text:headline", "core:text2text:topics", "core:text2text", "core:text2text:summary"]
        )
            ids.Add(await user.ScheduleAsync(type, new { input = "Hi" }));
        await Eventually.BecomesTrue(() => endpoint.Requests.Count == 2, "two calls");
        var running = 0;
        foreach (var id in ids)
            running += (await user.TaskAsync(id)).GetProperty("status").GetString() == "STATUS_RUNNING" ? 1 : 0;
        running.Should().Be(2);

        release.SetResult();
        foreach (var id in ids)
            (await user.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
    }

    [Fact]
    public async Task A_failed_call_tells_the_user_a_sentence()
    {
        await using var endpoint = await ModelEndpoint.StartAsync();
        endpoint.Otherwise = ModelEndpoint.Answers(400, """{"error":{"message":"context length exceeded"}}""");
        await using var server = await StartAsync(endpoint.Url, null, ("Model", "mine"));
        server.ExpectedLog.Add("context length exceeded");
        using var user = await server.UserAsync("alice");

        var task = await user.EndedAsync(await user.ScheduleAsync("core:text2text", new { input = "Hi" }));

        task.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        task.GetProperty("userFacingErrorMessage")
            .GetString()
            .Should()
            .Be("The text is too long for the AI model: please shorten it, or choose a model that takes longer texts.");
    }

    [Theory]
    [InlineData(
        "BaseAddress",
        "ftp://x",
        "Providers:OpenAI:local:BaseAddress must be an address like http://127.0.0.1:11434/v1, not \"ftp://x\""
    )]
    [InlineData(
        "BaseAddress",
        "nonsense",
        "Providers:OpenAI:local:BaseAddress must be an address like http://127.0.0.1:11434/v1, not \"nonsense\""
    )]
    [InlineData("BaseAddress", "", "Providers:OpenAI:local:BaseAddress must be an address like http://127.0.0.1:11434/v1, not \"\"")]
    [InlineData("Concurrency", "0", "Providers:OpenAI:local:Concurrency must be between 1 and 1000")]
    [InlineData(
        "TaskTypes:0",
        "core:contextagent:interaction",
        "Providers:OpenAI:local:TaskTypes:0 \"core:contextagent:interaction\" is none that such endpoints serve"
    )]
    [InlineData(
        "Prompts:haiku",
        "x",
        "Providers:OpenAI:local:Prompts:haiku is no prompt; there are analyze-images, audio-chat, changetone,"
    )]
    [InlineData("KeyFile", "/nowhere/key", "Providers:OpenAI:local:KeyFile cannot be read: ")]
    [InlineData("Keyfil", "x", "Providers:OpenAI:local:Keyfil is no setting")]
    public void A_wrong_setting_is_named_before_the_server_starts(string key, string value, string problem)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Providers:OpenAI:local:BaseAddress"] = "http://127.0.0.1:1",
                    [$"Providers:OpenAI:local:{key}"] = value,
                }
            )
            .Build();

        SettingProblems.Of(configuration).Should().ContainSingle().Which.Should().Contain(problem);
    }

    [Fact]
    public void The_key_may_come_from_a_file_and_the_path_of_the_address_from_us()
    {
        var file = Path.Combine(new TemporaryFolder().Path, "key");
        File.WriteAllText(file, "sk-1\n");

        var options = new OpenAIEndpointOptions { BaseAddress = "http://127.0.0.1:8080", KeyFile = file };

        options.Validate(new ValidationContext(options)).Should().BeEmpty();
        options.ReadKey().Should().Be("sk-1");
        options.Address.Should().Be("http://127.0.0.1:8080/v1");
        new OpenAIEndpointOptions { BaseAddress = "https://api.openai.com/v1/" }
            .Should()
            .Match<OpenAIEndpointOptions>(openAI =>
                openAI.Address == new Uri("https://api.openai.com/v1") && openAI.UsesMaxCompletionTokens
            );
    }

    /// <param name="url">The endpoint's address.</param>
    /// <param name="time">The clock that endpoints are looked at by; the rest of the server goes by the real one.</param>
    /// <param name="settings">Of the endpoint.</param>
    private static Task<TestServer> StartAsync(string url, TimeProvider? time, params (string Key, string Value)[] settings) =>
        TestServer.StartAsync(
            settings: settings
                .Append(("BaseAddress", url))
                .ToDictionary(setting => $"Providers:OpenAI:local:{setting.Item1}", setting => setting.Item2),
            more: services =>
            {
                if (time is null)
                    return;

                services.Remove(services.Single(service => service.ImplementationType == typeof(OpenAISource)));
                services.AddSingleton<ILocalProviderSource>(provider => ActivatorUtilities.CreateInstance<OpenAISource>(provider, time));
            }
        );

    private static string NobodyListens() => $"http://127.0.0.1:{Loopback.FreePort()}";

    /// <summary>
    /// Waits until the endpoints have been looked at, and passes the time up to the next look. No other job of the server goes by this clock,
    /// so nobody else waits for so long.
    /// </summary>
    private static async Task PassAsync(ManualTimeProvider time, TimeSpan interval)
    {
        await time.WhenSomebodyWaitsAsync(interval);
        time.Advance(interval);
    }

    private static ProviderDescriptor? Serving(TestServer server) =>
        server.Get<CurrentTaskTypes>().Current.Find("core:text2text")?.Provider;

    private static IEnumerable<string> Models(TestServer server) =>
        Serving(server)!.OptionalInputShapeEnumValues["model"].Select(choice => choice.Value);
}
