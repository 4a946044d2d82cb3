using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// Registers providers with a source of work, claims tasks while there is room for them, runs them and delivers their
/// results, until it is stopped. A call that the source fails is tried again, for ever.
/// </summary>
public sealed partial class WorkerLoop
{
    private readonly IWorkSource _source;
    private readonly WorkerOptions _options;
    private readonly ILogger<WorkerLoop> _logger;
    private readonly TimeProvider _time;
    private readonly WorkerSlots _slots;
    private readonly Backoff _idle;
    private readonly Backoff _failing;
    private readonly ConcurrentDictionary<Task, bool> _underWay = new();
    private ImmutableArray<TaskProvider> _announced;
    private ProviderDescriptor[] _registered = [];

    /// <summary>A worker that is not running yet.</summary>
    /// <param name="source">The source of tasks.</param>
    /// <param name="providers">The providers, with different ids.</param>
    /// <param name="options">See there.</param>
    /// <param name="logger">Also the providers' logger, with a scope per task.</param>
    /// <param name="time">All pauses and intervals go by it.</param>
    /// <exception cref="ArgumentException">The options are wrong, or two providers have the same id.</exception>
    public WorkerLoop(
        IWorkSource source,
        IEnumerable<TaskProvider> providers,
        WorkerOptions options,
        ILogger<WorkerLoop> logger,
        TimeProvider time
    )
    {
        if (string.Join(' ', options.Validate()) is { Length: > 0 } problems)
            throw new ArgumentException(problems, nameof(options));

        _source = source;
        _options = options;
        _logger = logger;
        _time = time;
        _slots = new WorkerSlots(providers, options.MaxConcurrency);
        _idle = new Backoff(options.IdleInterval, options.MaxIdleInterval);
        _failing = new Backoff(options.RetryDelay, options.MaxRetryDelay);
    }

    /// <summary>The number of running tasks.</summary>
    public int RunningTasks => _slots.Running;

    /// <summary>
    /// Replaces the providers, running or not: new ones are registered and get tasks, missing ones are removed while
    /// their running tasks go on, and one with a known id replaces the former.
    /// </summary>
    /// <exception cref="ArgumentException">Two providers have the same id.</exception>
    public void Offer(IEnumerable<TaskProvider> providers) => _slots.Offer(providers);

    /// <summary>
    /// Works until stopped; then claims nothing more, lets running tasks finish for
    /// <see cref="WorkerOptions.DrainTimeout"/>, cancels the rest and answers. Call it once.
    /// </summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var interrupt = new CancellationTokenSource();
        using var abandon = new CancellationTokenSource();
        var tokens = new WorkerTokens(stoppingToken, interrupt.Token, abandon.Token);
        try
        {
            while (true)
            {
                // A claim that stopping has ended frees its slots, so without this the loop would claim on, for ever.
                stoppingToken.ThrowIfCancellationRequested();
                await RegisterAsync(stoppingToken).ConfigureAwait(false);
                if (_slots.TryReserveClaim() is { } offered)
                    Track(ClaimAsync(offered, tokens));
                else
                    await _slots.WhenChangedAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await DrainAsync(interrupt, abandon).ConfigureAwait(false);
        }
    }

    /// <summary>Registers the offered providers, if that is not done yet.</summary>
    private async Task RegisterAsync(CancellationToken stoppingToken)
    {
        while (_slots.Offered is var offered && offered != _announced)
        {
            TimeSpan? retryAfter;
            try
            {
                await AnnounceAsync([.. offered.Select(provider => provider.Descriptor)], stoppingToken).ConfigureAwait(false);
                _announced = offered;
                _failing.Reset();
                continue;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                retryAfter = (exception as OcsException)?.RetryAfter;
                Log.RegistrationFailed(_logger, exception);
            }

            await Task.Delay(_failing.Next(retryAfter), _time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task AnnounceAsync(ProviderDescriptor[] descriptors, CancellationToken stoppingToken)
    {
        var gone = _registered.Where(old => !descriptors.Any(descriptor => descriptor.Id == old.Id)).ToList();
        if (gone.Count > 0)
            await _source.UnregisterAsync(gone, stoppingToken).ConfigureAwait(false);
        if (descriptors.Length > 0)
            await _source.RegisterAsync(descriptors, stoppingToken).ConfigureAwait(false);
        if (descriptors.Length > 0 || gone.Count > 0)
            Log.Registered(_logger, descriptors.Length);
        _registered = descriptors;
    }

    private async Task ClaimAsync(IReadOnlyList<TaskProvider> offered, WorkerTokens tokens)
    {
        var began = _time.GetTimestamp();
        var pause = TimeSpan.Zero;
        try
        {
            var claimed = await _source
                .ClaimAsync([.. offered.Select(provider => provider.Descriptor)], tokens.Stopping)
                .ConfigureAwait(false);
            _failing.Reset();
            if (claimed is not null)
            {
                _idle.Reset();
                await StartAsync(claimed, offered, tokens).ConfigureAwait(false);
            }
            else
            {
                pause = _idle.Next() - _time.GetElapsedTime(began);
                if (pause <= TimeSpan.Zero)
                    _idle.Reset();
            }
        }
        catch (Exception exception) when (!tokens.Stopping.IsCancellationRequested)
        {
            pause = _failing.Next((exception as OcsException)?.RetryAfter);
            Log.ClaimFailed(_logger, exception, pause);
        }
        catch (Exception)
        {
            // Stopping: there is nothing more to claim.
        }

        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, _time, tokens.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _slots.EndClaim(offered);
    }

    private async Task StartAsync(ClaimedTask claimed, IReadOnlyList<TaskProvider> offered, WorkerTokens tokens)
    {
        var provider =
            offered.FirstOrDefault(provider => provider.Descriptor.Id == claimed.ProviderId)
            ?? offered.FirstOrDefault(provider => provider.Descriptor.TaskType == claimed.Task.Type);
        if (provider is null)
        {
            Log.NotOurs(_logger, claimed.Task.Id, claimed.ProviderId);
            await _source.ReleaseAsync(claimed, tokens.Abandon).ConfigureAwait(false);
            return;
        }

        _slots.BeginRun(provider);
        Track(RunAsync(claimed, provider, tokens));
    }

    private async Task RunAsync(ClaimedTask claimed, TaskProvider provider, WorkerTokens tokens)
    {
        using (WorkerTracing.Run(claimed))
        using (var run = new TaskRun(_source, claimed, provider, _options, tokens, _logger, _time))
            await run.RunAsync().ConfigureAwait(false);

        _slots.EndRun(provider);
    }

    private async Task DrainAsync(CancellationTokenSource interrupt, CancellationTokenSource abandon)
    {
        Log.Draining(_logger, _slots.Running);
        var ended = WhenNothingIsUnderWayAsync();
        if (!await ended.EndsWithinAsync(_options.DrainTimeout, _time, CancellationToken.None).ConfigureAwait(false))
        {
            Log.Interrupting(_logger, _slots.Running);
            await interrupt.CancelAsync().ConfigureAwait(false);
            if (!await ended.EndsWithinAsync(_options.StopGrace, _time, CancellationToken.None).ConfigureAwait(false))
            {
                Log.Abandoning(_logger, _slots.Running);
                await abandon.CancelAsync().ConfigureAwait(false);
            }
        }

        if (_options.UnregisterOnStop)
            await UnregisterAsync().ConfigureAwait(false);
    }

    private async Task UnregisterAsync()
    {
        using var timeout = new CancellationTokenSource(_options.StopGrace, _time);
        try
        {
            await _source.UnregisterAsync(_registered, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.UnregisterFailed(_logger, exception);
        }
    }

    private async Task WhenNothingIsUnderWayAsync()
    {
        // A claim that ends may leave a run behind, so look again.
        while (_underWay.Keys.FirstOrDefault() is { } work)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _underWay.TryRemove(work, out _);
        }
    }

    private void Track(Task work)
    {
        _underWay.TryAdd(work, true);
        _ = work.ContinueWith(
            done => _underWay.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Count} provider(s) registered; waiting for tasks.")]
        public static partial void Registered(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Could not register the providers; trying again.")]
        public static partial void RegistrationFailed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Could not unregister the providers.")]
        public static partial void UnregisterFailed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Could not claim a task; trying again after {Pause}.")]
        public static partial void ClaimFailed(ILogger logger, Exception exception, TimeSpan pause);

        [LoggerMessage(LogLevel.Error, "The server assigned task {TaskId} to provider {ProviderId}, which this worker does not run.")]
        public static partial void NotOurs(ILogger logger, long taskId, string providerId);

        [LoggerMessage(LogLevel.Information, "Stopping: waiting for {Count} running task(s) to finish.")]
        public static partial void Draining(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Stopping: cancelling {Count} task(s) that did not finish in time.")]
        public static partial void Interrupting(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Stopping: {Count} task(s) ignored cancellation and were abandoned.")]
        public static partial void Abandoning(ILogger logger, int count);
    }
}
