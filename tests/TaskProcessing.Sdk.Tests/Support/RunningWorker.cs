using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A worker loop under a manual clock; leaving the test stops it.</summary>
internal sealed class RunningWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public RunningWorker(IWorkSource source, ManualTimeProvider time, WorkerOptions options, params TaskProvider[] providers)
    {
        Loop = new WorkerLoop(source, providers, options, NullLogger<WorkerLoop>.Instance, time);
        Ended = Loop.RunAsync(_stop.Token);
    }

    public RunningWorker(IWorkSource source, ManualTimeProvider time, params TaskProvider[] providers)
        : this(source, time, new WorkerOptions(), providers) { }

    public WorkerLoop Loop { get; }

    public Task Ended { get; }

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
    }
}
