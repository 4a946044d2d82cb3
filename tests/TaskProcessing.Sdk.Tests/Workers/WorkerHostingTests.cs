using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class WorkerHostingTests
{
    [Fact]
    public async Task A_host_runs_the_worker_and_stopping_it_drains_the_worker()
    {
        var source = new MemoryWorkSource();
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        using var host = Build(worker =>
            worker
                .UseWorkSource(source)
                .AddProvider(
                    new ScriptedProvider(async context =>
                    {
                        context.StoppingToken.Register(release.SetResult);
                        started.SetResult();
                        await release.Task;
                        return ScriptedProvider.Done;
                    })
                )
        );

        await host.StartAsync(TestContext.Current.CancellationToken);
        var id = source.Queue();
        await started.Task;
        await host.StopAsync(TestContext.Current.CancellationToken);

        source.FinishedAsync(id).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task A_provider_gets_what_it_wants_of_the_hosts_services()
    {
        var source = new MemoryWorkSource();
        using var host = Build(
            worker => worker.UseWorkSource(source).AddProvider<GreetingProvider>(),
            services => services.AddSingleton(new Greeting("hello"))
        );

        await host.StartAsync(TestContext.Current.CancellationToken);
        var result = await source.FinishedAsync(source.Queue("test:greeting"));

        result.Output!.ToJson().Should().Be("""{"output":"hello"}""");
    }

    [Fact]
    public async Task Wrong_options_stop_the_host_from_starting_and_are_all_named()
    {
        using var host = Build(
            worker => worker.UseWorkSource(new MemoryWorkSource()).AddProvider(new ScriptedProvider(ScriptedProvider.Forever)),
            configure: options =>
            {
                options.MaxConcurrency = 0;
                options.KeepAliveInterval = TimeSpan.Zero;
            }
        );

        var starting = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await starting.Should().ThrowAsync<OptionsValidationException>()).WithMessage("*MaxConcurrency*KeepAliveInterval*");
    }

    [Fact]
    public async Task A_worker_without_a_server_does_not_start_and_says_what_is_missing()
    {
        using var host = Build(worker =>
            worker
                .UseServer(options =>
                {
                    options.Server = null;
                    options.Secret = "";
                })
                .AddProvider(new ScriptedProvider(ScriptedProvider.Forever))
        );

        var starting = () => host.StartAsync(TestContext.Current.CancellationToken);

        (await starting.Should().ThrowAsync<OptionsValidationException>()).WithMessage("*NEXTCLOUD_URL*APP_SECRET*");
    }

    private static IHost Build(
        Action<WorkerBuilder> worker,
        Action<IServiceCollection>? services = null,
        Action<WorkerOptions>? configure = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        services?.Invoke(builder.Services);
        worker(builder.Services.AddTaskProcessingWorker(configure));
        return builder.Build();
    }

    internal sealed record Greeting(string Text);

    internal sealed class GreetingProvider(Greeting greeting) : TaskProvider
    {
        public override Sdk.Protocol.ProviderDescriptor Descriptor { get; } =
            new()
            {
                Id = "test:greeting",
                Name = "Greeting",
                TaskType = "core:text2text",
            };

        public override ValueTask<TaskOutput> RunAsync(TaskRunContext context) =>
            ValueTask.FromResult(new TaskOutput { ["output"] = greeting.Text });
    }
}
