using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Providers;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Local;

/// <summary>Sources of providers in the server: their offers, changes and failures.</summary>
public sealed class LocalProvidersTests
{
    [Fact]
    public async Task Providers_that_a_source_knows_are_offered_with_the_first_request()
    {
        await using var server = await StartAsync(new Source(new Echo("test:echo")), new Source(stuck: true));
        using var user = await server.UserAsync("alice");

        (await user.TaskTypesAsync()).TryGetProperty("core:text2text", out _).Should().BeTrue();
        (await OutputAsync(user, await user.ScheduleAsync("core:text2text", new { input = "hello" }))).Should().Be("hello");
    }

    [Fact]
    public async Task Providers_that_a_source_finds_later_work_without_a_restart()
    {
        var source = new Source();
        await using var server = await StartAsync(source);
        using var user = await server.UserAsync("alice");
        (await user.TaskTypesAsync()).TryGetProperty("core:text2text", out _).Should().BeFalse();

        source.Offer(new Echo("test:echo"));
        await Eventually.BecomesTrue(() => Serving(server) is not null, "the new provider's type");

        (await OutputAsync(user, await user.ScheduleAsync("core:text2text", new { input = "late" }))).Should().Be("late");
    }

    [Fact]
    public async Task A_changed_descriptor_shows_and_its_choices_can_be_used()
    {
        var source = new Source(new Echo("test:echo", "small"));
        await using var server = await StartAsync(source);
        using var user = await server.UserAsync("alice");

        source.Offer(new Echo("test:echo", "small", "large"));
        await Eventually.BecomesTrue(() => Serving(server)!.OptionalInputShapeEnumValues["model"].Length == 2, "the changed descriptor");
        (await user.TaskTypesAsync()).GetRawText().Should().Contain("large");

        (await OutputAsync(user, await user.ScheduleAsync("core:text2text", new { input = "x", model = "large" }))).Should().Be("x");
    }

    [Fact]
    public async Task Providers_that_a_source_removes_are_no_longer_offered()
    {
        var source = new Source(new Echo("test:echo"));
        await using var server = await StartAsync(source);
        using var user = await server.UserAsync("alice");

        source.Offer();

        await Eventually.BecomesTrue(() => Serving(server) is null, "the end of the offer");
        (await user.TaskTypesAsync()).TryGetProperty("core:text2text", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_source_that_fails_is_run_again_and_harms_no_other()
    {
        var time = new ManualTimeProvider();
        var failing = new Source(failures: 1);
        await using var server = await StartAsync(time, failing, new Source(new Echo("test:echo")));
        server.ExpectedLog.Add("Could not list the providers of");
        using var user = await server.UserAsync("alice");

        (await OutputAsync(user, await user.ScheduleAsync("core:text2text", new { input = "hello" }))).Should().Be("hello");
        await Eventually.BecomesTrue(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(30));
                return failing.Runs == 2;
            },
            "another look"
        );
    }

    [Fact]
    public async Task A_type_that_only_a_local_provider_knows_is_available()
    {
        await using var server = await StartAsync(new Source(new Shout()));
        using var user = await server.UserAsync("alice");

        (await OutputAsync(user, await user.ScheduleAsync("test:shout", new { input = "hey" }))).Should().Be("HEY");
    }

    private static Task<TestServer> StartAsync(params Source[] sources) => StartAsync(null, sources);

    private static Task<TestServer> StartAsync(TimeProvider? time, params Source[] sources) =>
        TestServer.StartAsync(
            time: time,
            more: services =>
            {
                foreach (var source in sources)
                    services.AddSingleton<ILocalProviderSource>(source);
            }
        );

    private static ProviderDescriptor? Serving(TestServer server) =>
        server.Get<CurrentTaskTypes>().Current.Find("core:text2text")?.Provider;

    private static async Task<string> OutputAsync(HttpClient user, long taskId) =>
        (await user.EndedAsync(taskId)).GetProperty("output").GetProperty("output").GetString()!;

    private sealed class Source(TaskProvider? first = null, bool stuck = false, int failures = 0) : ILocalProviderSource
    {
        private int _runs;

        public IReadOnlyList<TaskProvider> Providers { get; private set; } = first is null ? [] : [first];

        public event Action? Changed;

        public int Runs => Volatile.Read(ref _runs);

        public Task FollowAsync(CancellationToken stoppingToken)
        {
            if (Interlocked.Increment(ref _runs) <= failures)
                throw new InvalidOperationException("nothing there");
            if (stuck)
                stoppingToken.WaitHandle.WaitOne();

            return Task.CompletedTask;
        }

        public void Offer(params TaskProvider[] providers)
        {
            Providers = providers;
            Changed?.Invoke();
        }
    }

    private sealed class Echo(string id, params string[] models) : TaskProvider
    {
        public override ProviderDescriptor Descriptor { get; } =
            new()
            {
                Id = id,
                Name = id,
                TaskType = "core:text2text",
                OptionalInputShape = models.Length == 0 ? [] : [ShapeDescriptor.TitledByKey("model", "", ShapeType.Enum)],
                OptionalInputShapeEnumValues = new ProviderDescriptor
                {
                    Id = "",
                    Name = "",
                    TaskType = "",
                }.OptionalInputShapeEnumValues.Add("model", [.. models.Select(model => new ShapeEnumValue(model, model))]),
            };

        public override ValueTask<TaskOutput> RunAsync(TaskRunContext context) =>
            new(new TaskOutput { ["output"] = context.Text("input") });
    }

    private sealed class Shout : TaskProvider
    {
        public override ProviderDescriptor Descriptor { get; } =
            new()
            {
                Id = "test:shout",
                Name = "Shout",
                TaskType = "test:shout",
                CustomTaskType = new TaskTypeDescriptor(
                    "test:shout",
                    "Shout",
                    "Makes a text loud",
                    [new("input", "Text", "", ShapeType.Text)],
                    [new("output", "Text", "", ShapeType.Text)]
                ),
            };

        public override ValueTask<TaskOutput> RunAsync(TaskRunContext context) =>
            new(new TaskOutput { ["output"] = context.Text("input").ToUpperInvariant() });
    }
}
