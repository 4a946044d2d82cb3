using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Workers.Listening;

namespace TaskProcessing.Sdk.Workers;

/// <summary>Adds a worker to a host.</summary>
public static class WorkerServiceCollectionExtensions
{
    /// <summary>
    /// Adds one worker that runs as long as the host; stopping the host (SIGTERM, Ctrl+C) drains it. Say on the answer
    /// which providers it runs and where its tasks come from.
    /// </summary>
    public static WorkerBuilder AddTaskProcessingWorker(this IServiceCollection services, Action<WorkerOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidation>());
        services.AddOptions<WorkerOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddSingleton(provider => new WorkerLoop(
            provider.GetRequiredService<IWorkSource>(),
            provider.GetServices<TaskProvider>(),
            provider.GetRequiredService<IOptions<WorkerOptions>>().Value,
            provider.GetRequiredService<ILogger<WorkerLoop>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddHostedService<WorkerService>();
        return new WorkerBuilder(services);
    }
}

/// <summary>Sets the providers of a worker and the source of its tasks.</summary>
/// <param name="services">The services of the host that the worker lives in.</param>
public sealed class WorkerBuilder(IServiceCollection services)
{
    /// <summary>The services of the host that the worker lives in.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>Adds a provider, created once with services of the host.</summary>
    public WorkerBuilder AddProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>()
        where TProvider : TaskProvider
    {
        Services.AddSingleton<TaskProvider, TProvider>();
        return this;
    }

    /// <summary>Adds a provider.</summary>
    public WorkerBuilder AddProvider(TaskProvider provider)
    {
        Services.AddSingleton(provider);
        return this;
    }

    /// <summary>
    /// Takes tasks from a server over HTTP. Unset options come from the environment (<see cref="OcsWorkerOptions"/>), so
    /// an app that its server starts needs only this call.
    /// </summary>
    public WorkerBuilder UseServer(Action<OcsWorkerOptions>? configure = null)
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OcsWorkerOptions>, OcsWorkerOptionsValidation>());
        Services.AddOptions<OcsWorkerOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        Services.AddSingleton<IWorkSource>(provider => new OcsWorkSource(
            provider.GetRequiredService<IOptions<OcsWorkerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OcsWorkSource>>()
        ));
        return this;
    }

    /// <summary>
    /// Listens for the server, which a Nextcloud asks of every app: answers its heartbeats, registers the providers when it enables the app
    /// and removes them when it disables it, and asks for tasks at once when it says that there is one. Unset options come from the
    /// environment (<see cref="AppListenerOptions"/>); without a port the app does not listen.
    /// </summary>
    public WorkerBuilder Listen(Action<AppListenerOptions>? configure = null)
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AppListenerOptions>, AppListenerOptionsValidation>());
        Services.AddOptions<AppListenerOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        Services.AddHostedService<AppListenerService>();
        return this;
    }

    /// <summary>Takes tasks from this source.</summary>
    public WorkerBuilder UseWorkSource<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSource>()
        where TSource : class, IWorkSource
    {
        Services.AddSingleton<IWorkSource, TSource>();
        return this;
    }

    /// <summary>Takes tasks from this source.</summary>
    public WorkerBuilder UseWorkSource(IWorkSource source)
    {
        Services.AddSingleton(source);
        return this;
    }
}

internal sealed class WorkerService(WorkerLoop loop) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(stoppingToken);
}

internal sealed class AppListenerService(
    IOptions<AppListenerOptions> options,
    IOptions<OcsWorkerOptions> credentials,
    WorkerLoop loop,
    ILogger<AppListenerService> logger,
    TimeProvider time
) : IHostedService, IAsyncDisposable
{
    private readonly AppListener _listener = new(
        options.Value,
        new AppCalls(credentials.Value, loop, logger, time).AnswerAsync,
        logger,
        time
    );

    /// <summary>Null as long as it does not listen.</summary>
    public IPEndPoint? Endpoint { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Port is null)
            return;

        await _listener.StartAsync(cancellationToken).ConfigureAwait(false);
        Endpoint = _listener.Endpoint;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Endpoint is null ? Task.CompletedTask : _listener.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => Endpoint is null ? ValueTask.CompletedTask : _listener.DisposeAsync();
}

internal sealed class WorkerOptionsValidation : IValidateOptions<WorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var problems = options.Validate().ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

internal sealed class OcsWorkerOptionsValidation : IValidateOptions<OcsWorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, OcsWorkerOptions options)
    {
        var problems = options.Validate().ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}

internal sealed class AppListenerOptionsValidation : IValidateOptions<AppListenerOptions>
{
    public ValidateOptionsResult Validate(string? name, AppListenerOptions options)
    {
        var problems = options.Validate().ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
