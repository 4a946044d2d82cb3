using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Testing;

/// <summary>
/// Runs a provider without a server or a worker, for its tests:
/// <code>
/// var run = await new ProviderTestBench(new MyProvider()).RunAsync(new() { ["input"] = "text" });
/// run.Text("output").Should().Be("…");
/// </code>
/// Nothing is throttled: every report is seen. The input is not checked against the task type.
/// </summary>
public sealed class ProviderTestBench(TaskProvider provider)
{
    /// <summary>True when the task asks for partial output. Default true, so that streaming is seen.</summary>
    public bool PreferStreaming { get; init; } = true;

    /// <summary>True when the task asks for marked media. Default true, as on servers.</summary>
    public bool IncludeWatermark { get; init; } = true;

    /// <summary>The task's owner. Default null.</summary>
    public string? UserId { get; init; }

    /// <summary>The logger for the provider's log lines. Default none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The files that the input may name, by id.</summary>
    public Dictionary<long, byte[]> Files { get; init; } = [];

    /// <summary>Called within each progress report; the place to cancel a run in its middle.</summary>
    public Action<ProviderTestRun, double>? OnProgress { get; init; }

    /// <summary>Called within each report of partial output.</summary>
    public Action<ProviderTestRun, TaskOutput>? OnStreamed { get; init; }

    /// <summary>Runs the provider to its end. Its exceptions are kept in <see cref="ProviderTestRun.Failure"/>, not thrown.</summary>
    /// <param name="input">Slot key to value.</param>
    /// <param name="cancellationToken">Cancels the task as its owner would.</param>
    public async Task<ProviderTestRun> RunAsync(TaskOutput input, CancellationToken cancellationToken = default)
    {
        var run = Start(input);
        await using var cancelling = cancellationToken.Register(() => run.Cancel()).ConfigureAwait(false);
        await run.Completion.ConfigureAwait(false);
        return run;
    }

    /// <summary>Runs the provider to its end with an input of JSON text, such as <c>{"input":"text"}</c>.</summary>
    /// <param name="jsonInput">A JSON object: slot key to value.</param>
    /// <param name="cancellationToken">Cancels the task as its owner would.</param>
    public Task<ProviderTestRun> RunAsync(string jsonInput, CancellationToken cancellationToken = default) =>
        RunAsync(TaskOutput.FromJson(jsonInput), cancellationToken);

    /// <summary>Starts the provider and answers at once.</summary>
    public ProviderTestRun Start(TaskOutput input)
    {
        var descriptor = provider.Descriptor;
        var task = new ProtocolTask
        {
            Id = 1,
            Type = descriptor.TaskType,
            Status = ProcessingStatus.Running,
            Input = input.ToJsonElement(),
            UserId = UserId,
            AppId = "test",
            PreferStreaming = PreferStreaming,
            IncludeWatermark = IncludeWatermark,
        };
        var run = new ProviderTestRun(this);
        run.Start(provider, new ClaimedTask(task, descriptor.Id));
        return run;
    }

    /// <summary>Starts the provider with an input of JSON text and answers at once.</summary>
    public ProviderTestRun Start(string jsonInput) => Start(TaskOutput.FromJson(jsonInput));
}

/// <summary>One run of a provider on the bench: its reports so far, and its result.</summary>
public sealed class ProviderTestRun : ITaskRunHost, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ProviderTestBench _bench;
    private readonly CancellationTokenSource _unwanted = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<double> _progress = [];
    private readonly List<TaskOutput> _streamed = [];
    private readonly Dictionary<long, byte[]> _uploaded = [];
    private readonly Dictionary<long, string> _uploadedNames = [];
    private volatile StopReason _stopReason;

    internal ProviderTestRun(ProviderTestBench bench) => _bench = bench;

    /// <summary>Completes when the provider has ended, in any way; never fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>All progress reports so far, in their order.</summary>
    public IReadOnlyList<double> Progress
    {
        get
        {
            lock (_lock)
                return [.. _progress];
        }
    }

    /// <summary>All partial outputs so far, in their order.</summary>
    public IReadOnlyList<TaskOutput> Streamed
    {
        get
        {
            lock (_lock)
                return [.. _streamed];
        }
    }

    /// <summary>The files that the provider stored so far, by id.</summary>
    public IReadOnlyDictionary<long, byte[]> Uploaded
    {
        get
        {
            lock (_lock)
                return new Dictionary<long, byte[]>(_uploaded);
        }
    }

    /// <summary>The names of the files that the provider stored so far, by id.</summary>
    public IReadOnlyDictionary<long, string> UploadedNames
    {
        get
        {
            lock (_lock)
                return new Dictionary<long, string>(_uploadedNames);
        }
    }

    /// <summary>The provider's answer; null while it runs and after a failure.</summary>
    public TaskOutput? Output { get; private set; }

    /// <summary>
    /// The exception of the provider, for example <see cref="TaskFailedException"/> or, cancelled,
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc cref="TaskRunContext.StopReason" />
    public StopReason StopReason => _stopReason;

    /// <summary>The text of a slot of the output.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no output, or the slot holds no text; the message shows the output.
    /// </exception>
    public string Text(string key) => Output is { } output && output.TryGetText(key, out var text) ? text : throw Missing(key);

    /// <summary>The value of a slot of the output.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no output, or the slot is not set; the message shows the output.
    /// </exception>
    public JsonElement Value(string key) => Output is { } output && output.TryGetValue(key, out var value) ? value : throw Missing(key);

    /// <summary>Cancels the provider's token.</summary>
    public void Cancel(StopReason reason = StopReason.TaskCancelled)
    {
        if (reason == StopReason.WorkerStopping)
            _stopping.Cancel();

        _stopReason = reason;
        _unwanted.Cancel();
    }

    /// <summary>Cancels <see cref="TaskRunContext.StoppingToken"/> alone: the worker has begun to drain.</summary>
    public void BeginStopping() => _stopping.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _unwanted.Dispose();
        _stopping.Dispose();
    }

    internal void Start(TaskProvider provider, ClaimedTask claimed)
    {
        var context = new TaskRunContext(this, claimed, _bench.Logger, _unwanted.Token, _stopping.Token);
        Completion = Task.Run(async () =>
        {
            try
            {
                Output = await provider.RunAsync(context).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Failure = exception;
            }
        });
    }

    void ITaskRunHost.ReportProgress(double progress)
    {
        lock (_lock)
            _progress.Add(progress);
        _bench.OnProgress?.Invoke(this, progress);
    }

    void ITaskRunHost.StreamOutput(TaskOutput output)
    {
        lock (_lock)
            _streamed.Add(output);
        _bench.OnStreamed?.Invoke(this, output);
    }

    ValueTask<Stream?> ITaskRunHost.OpenFileAsync(long fileId) =>
        ValueTask.FromResult<Stream?>(
            _bench.Files.TryGetValue(fileId, out var content) ? new MemoryStream(content, writable: false) : null
        );

    async ValueTask<long> ITaskRunHost.UploadFileAsync(Stream content, string fileName)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, _unwanted.Token).ConfigureAwait(false);
        lock (_lock)
        {
            var id = 1_000_000 + _uploaded.Count;
            _uploaded.Add(id, copy.ToArray());
            _uploadedNames.Add(id, fileName);
            return id;
        }
    }

    private InvalidOperationException Missing(string key) =>
        new(
            $"The output has no such value under \"{key}\": {Output?.ToJson() ?? Failure?.ToString() ?? "the provider is still running"}",
            Failure
        );
}
