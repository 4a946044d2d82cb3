using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A source of work in memory that keeps the reports, and fails when a test wants it to.</summary>
internal sealed class MemoryWorkSource : IWorkSource
{
    private readonly Lock _lock = new();
    private readonly List<ClaimedTask> _queue = [];
    private readonly Dictionary<long, TaskCompletionSource<TaskResult>> _finished = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Signal)> _waiting = [];
    private TaskCompletionSource _queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastId;

    public List<string> Registered { get; } = [];

    public List<string> Unregistered { get; } = [];

    /// <summary>The provider ids of each claim, in the order of the claims.</summary>
    public List<string[]> Claims { get; } = [];

    public List<double> Progress { get; } = [];

    public List<TaskOutput> Streamed { get; } = [];

    public List<TaskResult> FinishAttempts { get; } = [];

    public List<long> Released { get; } = [];

    /// <summary>Thrown one after the other by the next calls of the kind.</summary>
    public Queue<Exception> RegistrationFaults { get; } = new();

    public Queue<Exception> ClaimFaults { get; } = new();

    public Queue<Exception> ReportFaults { get; } = new();

    public Queue<Exception> FinishFaults { get; } = new();

    /// <summary>The answer to reports.</summary>
    public ProcessingStatus? Status { get; set; } = ProcessingStatus.Running;

    /// <summary>True when a claim waits for a task; otherwise it answers null at once.</summary>
    public bool Waits { get; init; } = true;

    public bool HoldsClaims => Waits;

    /// <summary>False plays a server that takes nothing back.</summary>
    public bool TakesBack { get; init; } = true;

    public string? JournalKey { get; init; }

    /// <summary>The id of the provider that claimed tasks are said to be for; their own by default.</summary>
    public string? HandedOutFor { get; set; }

    /// <summary>Answered claims wait for it.</summary>
    public Task ClaimsMayEnd { get; set; } = Task.CompletedTask;

    /// <summary>The most claims that were under way together.</summary>
    public int MostClaims { get; private set; }

    /// <summary>True when a claim was cancelled.</summary>
    public bool WasClaimCancelled { get; private set; }

    private int _claimsUnderWay;

    public long Queue(string provider = "test:one", bool preferStreaming = false)
    {
        lock (_lock)
        {
            var task = new ProtocolTask
            {
                Id = ++_lastId,
                Type = "core:text2text",
                Status = ProcessingStatus.Running,
                Input = JsonElement.Parse("""{"input":"text"}"""),
                PreferStreaming = preferStreaming,
            };
            _queue.Add(new ClaimedTask(task, provider));
            _finished[task.Id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _queued.TrySetResult();
            return task.Id;
        }
    }

    public Task<TaskResult> FinishedAsync(long taskId)
    {
        lock (_lock)
            return _finished[taskId].Task;
    }

    /// <summary>Completes once the condition holds; it is looked at after every call.</summary>
    public Task WhenAsync(Func<MemoryWorkSource, bool> condition)
    {
        lock (_lock)
        {
            if (condition(this))
                return Task.CompletedTask;

            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((() => condition(this), signal));
            return signal.Task;
        }
    }

    public ValueTask RegisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        Note(RegistrationFaults, () => Registered.AddRange(providers.Select(provider => provider.Id)));
        return ValueTask.CompletedTask;
    }

    public ValueTask UnregisterAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        Note(null, () => Unregistered.AddRange(providers.Select(provider => provider.Id)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask<ClaimedTask?> ClaimAsync(IReadOnlyCollection<ProviderDescriptor> providers, CancellationToken cancellationToken)
    {
        var ids = providers.Select(provider => provider.Id).ToArray();
        lock (_lock)
            MostClaims = Math.Max(MostClaims, ++_claimsUnderWay);
        try
        {
            Note(ClaimFaults, () => Claims.Add(ids));
            await ClaimsMayEnd.WaitAsync(cancellationToken);
            return await NextAsync(ids, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            WasClaimCancelled = true;
            throw;
        }
        finally
        {
            lock (_lock)
                _claimsUnderWay--;
        }
    }

    public bool CanRelease(ClaimedTask task) => TakesBack;

    private async Task<ClaimedTask?> NextAsync(string[] ids, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task queued;
            lock (_lock)
            {
                var next = _queue.Find(claimed => ids.Contains(claimed.ProviderId));
                if (next is not null || !Waits)
                {
                    _queue.Remove(next!);
                    return HandedOutFor is { } provider && next is not null ? next with { ProviderId = provider } : next;
                }

                if (_queued.Task.IsCompleted)
                    _queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
                queued = _queued.Task;
            }

            await queued.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<ProcessingStatus?> ReportProgressAsync(ClaimedTask task, double progress, CancellationToken cancellationToken)
    {
        Note(ReportFaults, () => Progress.Add(progress));
        return ValueTask.FromResult(Status);
    }

    public ValueTask<ProcessingStatus?> StreamOutputAsync(ClaimedTask task, TaskOutput output, CancellationToken cancellationToken)
    {
        Note(ReportFaults, () => Streamed.Add(output));
        return ValueTask.FromResult(Status);
    }

    public ValueTask<ProcessingStatus?> FinishAsync(ClaimedTask task, TaskResult result, CancellationToken cancellationToken)
    {
        lock (_lock)
            FinishAttempts.Add(result);
        Note(FinishFaults, () => _finished[task.Task.Id].TrySetResult(result));
        return ValueTask.FromResult<ProcessingStatus?>(result.Output is null ? ProcessingStatus.Failed : ProcessingStatus.Successful);
    }

    public ValueTask ReleaseAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        Note(null, () => Released.Add(task.Task.Id));
        return ValueTask.CompletedTask;
    }

    private void Note(Queue<Exception>? faults, Action note)
    {
        lock (_lock)
        {
            Exception? fault = null;
            if (faults is null || !faults.TryDequeue(out fault))
                note();

            foreach (var (_, signal) in _waiting.Where(waiting => waiting.Holds()))
                signal.TrySetResult();
            _waiting.RemoveAll(waiting => waiting.Signal.Task.IsCompleted);
            if (fault is not null)
                throw fault;
        }
    }
}
