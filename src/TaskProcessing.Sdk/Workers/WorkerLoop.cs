using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// Registers providers with a source of work, claims tasks while there is room for them, runs them and delivers their
/// results, until it is stopped. A call that the source fails is tried again, for ever.
/// </summary>
public sealed partial class WorkerLoop
{
    // For the log lines of deliveries that have just been broken off.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly IWorkSource _source;
    private readonly WorkerOptions _options;
    private readonly ILogger<WorkerLoop> _logger;
    private readonly TimeProvider _time;
    private readonly WorkerSlots _slots;
    private readonly ServerContact _contact;
    private readonly Registrar _registrar;
    private readonly Backoff _idle;
    private readonly WakeSignal _wake = new();
    private readonly ConcurrentDictionary<Task, bool> _underWay = new();

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
        _contact = new ServerContact(options, logger, time);
        _registrar = new Registrar(source, _slots, _contact, options, logger, time);
        _idle = new Backoff(options.IdleInterval, options.MaxIdleInterval);
    }

    /// <summary>The number of running tasks.</summary>
    public int RunningTasks => _slots.Running;

    /// <summary>
    /// Replaces the providers, running or not: new ones are registered and get tasks, missing ones are removed while
    /// their running tasks go on, and one with a known id replaces the former.
    /// </summary>
    /// <exception cref="ArgumentException">Two providers have the same id.</exception>
    public void Offer(IEnumerable<TaskProvider> providers) => _slots.Offer(providers);

    /// <summary>Ends pauses: there is work, says somebody, or the server is there again.</summary>
    public void Wake()
    {
        _idle.Reset();
        _wake.Set();
    }

    /// <summary>
    /// The server has enabled the app: the providers are registered (again), and tasks are claimed at once, whatever the server refused
    /// before.
    /// </summary>
    public void Enable()
    {
        _source.EndSilence();
        _registrar.Allow();
        Wake();
    }

    /// <summary>
    /// The server is about to disable the app: removes the providers from it, and claims nothing until <see cref="Enable"/>. Running tasks
    /// go on.
    /// </summary>
    public Task DisableAsync(CancellationToken cancellationToken) => _registrar.WithdrawAsync(cancellationToken);

    /// <summary>
    /// Works until stopped; then claims nothing more, lets running tasks finish for
    /// <see cref="WorkerOptions.DrainTimeout"/>, cancels the rest and answers. Call it once.
    /// </summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var interrupt = new CancellationTokenSource();
        using var abandon = new CancellationTokenSource();
        using var journal = ClaimJournal.For(_source, _options, _logger);
        var tokens = new WorkerTokens(stoppingToken, interrupt.Token, abandon.Token);
        var results = new ResultSender(_source, journal, _contact, _options, _logger, _time);
        var services = new RunServices(_source, _options, _contact, results, journal, _logger, _time);
        var runs = new TaskStarter(services, _slots, tokens, Track);
        try
        {
            runs.EndAbandonedTasks();
            while (true)
            {
                // A claim that stopping has ended frees its slots, so without this the loop would claim on, for ever.
                stoppingToken.ThrowIfCancellationRequested();
                var woken = _wake.Next;
                if (!await _registrar.RegisterAsync(woken, stoppingToken).ConfigureAwait(false))
                    continue;

                if (_registrar.IsWithdrawn)
                    await woken.WaitAsync(stoppingToken).ConfigureAwait(false);
                else if (_slots.TryReserveClaim() is not { } offered)
                    await WhenChangedAsync(woken, Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(false);
                else if (_source.HoldsClaims)
                    Track(WaitForTaskAsync(offered, runs, tokens));
                else
                    await PollAsync(offered, woken, runs, tokens).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await DrainAsync(interrupt, abandon).ConfigureAwait(false);
        }
    }

    /// <summary>A claim that the server holds until there is a task. Others, for the rest of the providers, are made beside it.</summary>
    private async Task WaitForTaskAsync(IReadOnlyList<TaskProvider> offered, TaskStarter runs, WorkerTokens tokens)
    {
        var woken = _wake.Next;
        var (pause, _) = await ClaimAsync(offered, runs, tokens.Stopping).ConfigureAwait(false);
        if (pause > TimeSpan.Zero)
            await PauseAsync(woken, pause, tokens.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _slots.EndClaim(offered);
    }

    /// <summary>
    /// One claim for all that are free, and the pause after it: on a server that answers at once. Stopping does not cancel the call,
    /// because the server does not take back what it has given out.
    /// </summary>
    private async Task PollAsync(IReadOnlyList<TaskProvider> offered, Task woken, TaskStarter runs, WorkerTokens tokens)
    {
        runs.Prepare();
        var polling = PollOnceAsync(offered, runs, tokens.Abandon);
        Track(polling);
        var (pause, hasFailed) = await polling.WaitAsync(tokens.Stopping).ConfigureAwait(false);
        if (pause <= TimeSpan.Zero)
            return;

        // Who finishes a task has likely more to do, so the next look comes at once; but not while the server is away.
        if (hasFailed)
            await PauseAsync(woken, pause, tokens.Stopping).ConfigureAwait(false);
        else if (await WhenChangedAsync(woken, pause, tokens.Stopping).ConfigureAwait(false))
            _idle.Reset();
    }

    /// <returns>False when the time was over first.</returns>
    private async Task<bool> WhenChangedAsync(Task woken, TimeSpan longest, CancellationToken stoppingToken)
    {
        // Ends the waits that came to nothing; they would pile up behind a change that is long in coming.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var change = Task.WhenAny(woken, _slots.WhenChangedAsync(over.Token));
        var hasChanged = await change.EndsWithinAsync(longest, _time, stoppingToken).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        return hasChanged;
    }

    private async Task<(TimeSpan Pause, bool HasFailed)> PollOnceAsync(
        IReadOnlyList<TaskProvider> offered,
        TaskStarter runs,
        CancellationToken abandon
    )
    {
        var answer = await ClaimAsync(offered, runs, abandon).ConfigureAwait(false);
        _slots.EndClaim(offered, isChange: false);
        return answer;
    }

    /// <summary>Claims a task and begins it.</summary>
    /// <returns>The pause before the next claim.</returns>
    private async Task<(TimeSpan Pause, bool HasFailed)> ClaimAsync(
        IReadOnlyList<TaskProvider> offered,
        TaskStarter runs,
        CancellationToken cancellationToken
    )
    {
        var began = _contact.Now;
        try
        {
            var claimed = await _source
                .ClaimAsync([.. offered.Select(provider => provider.Descriptor)], cancellationToken)
                .ConfigureAwait(false);
            _contact.Succeeded();
            if (claimed is null)
            {
                var pause = _idle.Next() - _time.GetElapsedTime(began);
                if (pause <= TimeSpan.Zero)
                    _idle.Reset();
                return (pause, false);
            }

            _idle.Reset();
            runs.Start(claimed, offered);
            return (TimeSpan.Zero, false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (_contact.Failed(exception, began), true);
        }
        catch (Exception)
        {
            // Stopping: there is nothing more to claim.
            return (TimeSpan.Zero, true);
        }
    }

    private async Task PauseAsync(Task woken, TimeSpan pause, CancellationToken stoppingToken) =>
        await woken.EndsWithinAsync(pause, _time, stoppingToken).ConfigureAwait(false);

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
                await ended.EndsWithinAsync(LastWords, _time, CancellationToken.None).ConfigureAwait(false);
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
            await _registrar.UnregisterAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.UnregisterFailed(_logger, ServerContact.IsOrdinary(exception) ? null : exception, exception.Message);
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
        [LoggerMessage(LogLevel.Warning, "Could not unregister the providers: {Reason}")]
        public static partial void UnregisterFailed(ILogger logger, Exception? exception, string reason);

        [LoggerMessage(LogLevel.Information, "Stopping: waiting for {Count} running task(s) to finish.")]
        public static partial void Draining(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Stopping: cancelling {Count} task(s) that did not finish in time.")]
        public static partial void Interrupting(ILogger logger, int count);

        [LoggerMessage(LogLevel.Warning, "Stopping: {Count} task(s) ignored cancellation and were abandoned.")]
        public static partial void Abandoning(ILogger logger, int count);
    }
}
