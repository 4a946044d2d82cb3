using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A worker loop under a manual clock; leaving the test stops it.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>
    /// Writes no claims down unless the options name a directory, and registers again only after an interval that they name: manual time
    /// passes fast.
    /// </summary>
    public RunningWorker(IWorkSource source, ManualTimeProvider time, WorkerOptions options, params TaskProvider[] providers)
        : this(source, time, NullLogger<WorkerLoop>.Instance, options, providers) { }

    public RunningWorker(IWorkSource source, ManualTimeProvider time, params TaskProvider[] providers)
        : this(source, time, new WorkerOptions(), providers) { }

    public RunningWorker(
        IWorkSource source,
        ManualTimeProvider time,
        ILogger<WorkerLoop> logger,
        WorkerOptions options,
        params TaskProvider[] providers
    )
    {
        var usual = new WorkerOptions();
        if (options.ClaimsDirectory == usual.ClaimsDirectory)
            options.ClaimsDirectory = "";
        if (options.RegistrationInterval == usual.RegistrationInterval)
            options.RegistrationInterval = TimeSpan.FromDays(1000);
        Loop = new WorkerLoop(source, providers, options, logger, time);
        Ended = Loop.RunAsync(_stop.Token);
    }

    public WorkerLoop Loop { get; }

    public Task Ended { get; }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
    }
}
