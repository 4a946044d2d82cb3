using System.Collections.Concurrent;
using System.Threading.Channels;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// Tells apps that there is work for them, so that they need not ask often: llm2 asks every five minutes once it knows
/// triggers, others never. In the background, one call at a time for each provider: whatever is scheduled while one is
/// under way needs no call of its own. Repeated until the app asks or nothing waits.
/// </summary>
internal sealed partial class TriggerProviders(
    AvailableTaskTypes taskTypes,
    ITaskStore tasks,
    TaskSignal signal,
    ExAppDirectory directory,
    CallExApp callExApp,
    ExAppPresence presence,
    TimeProvider time,
    ILogger<TriggerProviders> logger) : BackgroundService
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Channel<string> _arrivals = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, bool> _queued = new();
    private readonly ConcurrentDictionary<string, Run> _runs = new();
    private readonly ConcurrentDictionary<string, bool> _appsThatWantGet = new();

    /// <summary>An app asked for tasks of these providers: they need no trigger now.</summary>
    public void Polled(string appId, IEnumerable<string> providerIds)
    {
        presence.Polled(appId);
        foreach (var id in providerIds)
        {
            if (_runs.TryGetValue(id, out var run))
                run.Polled();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signal.Arrived += Arrived;
        taskTypes.Refreshed += LookAtAll;
        try
        {
            LookAtAll();
            await foreach (var type in _arrivals.Reader.ReadAllAsync(stoppingToken))
            {
                _queued.TryRemove(type, out _);
                Trigger(type, stoppingToken);
            }
        }
        finally
        {
            signal.Arrived -= Arrived;
            taskTypes.Refreshed -= LookAtAll;
            await Task.WhenAll(_runs.Values.Select(run => run.Task));
        }
    }

    private void Arrived(string type)
    {
        if (_queued.TryAdd(type, true))
            _arrivals.Writer.TryWrite(type);
    }

    /// <summary>For what waited before the server started, or before its provider came to serve it.</summary>
    private void LookAtAll()
    {
        foreach (var type in taskTypes.Current.Available)
        {
            if (taskTypes.AppOf(type.Provider.Id) is not null)
                Arrived(type.Type.Id);
        }
    }

    private void Trigger(string type, CancellationToken cancellationToken)
    {
        if (taskTypes.Current.Find(type)?.Provider.Id is not { } providerId || taskTypes.AppOf(providerId) is not { } appId)
            return;

        while (true)
        {
            var run = _runs.GetOrAdd(providerId, _ => new Run());
            if (!run.TryJoin(out var isFirst))
                continue;
            if (isFirst)
                run.Task = Task.Run(() => RunAsync(run, appId, providerId, type, cancellationToken), CancellationToken.None);
            return;
        }
    }

    private async Task RunAsync(Run run, string appId, string providerId, string type, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                await TriggerUntilPolledAsync(run, appId, providerId, type, cancellationToken);
            }
            while (!run.TryEnd());
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (Exception error)
        {
            Log.Failed(logger, error, providerId);
        }
        finally
        {
            run.End();
            _runs.TryRemove(KeyValuePair.Create(providerId, run));
        }
    }

    private async Task TriggerUntilPolledAsync(Run run, string appId, string providerId, string type, CancellationToken cancellationToken)
    {
        // The app first: most only poll, and then no task costs a look into the queue.
        for (var pause = FirstPause;
            await directory.FindAsync(appId, cancellationToken) is { App: { Enabled: true, Url: not null } } app && await IsNeededAsync(providerId, type, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var polled = run.NextPoll();
            if (await CallAsync(app, providerId, cancellationToken))
                presence.Seen(appId);

            // Not heard, or not heeded: once more.
            if (await polled.EndsWithinAsync(pause, time, cancellationToken))
                return;
        }
    }

    private async Task<bool> IsNeededAsync(string providerId, string type, CancellationToken cancellationToken) =>
        taskTypes.Current.Find(type)?.Provider.Id == providerId && await tasks.AnyScheduledAsync([type], cancellationToken);

    private async Task<bool> CallAsync(KnownExApp app, string providerId, CancellationToken cancellationToken)
    {
        var path = $"/trigger?providerId={Uri.EscapeDataString(providerId)}";
        if (!_appsThatWantGet.ContainsKey(app.App.Id))
        {
            var answer = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Post, path, AnswerTimeout), cancellationToken);
            if (!answer.IsNoRoute)
                return Noted(answer);
        }

        // Bee Flow listens to GET.
        var second = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Get, path, AnswerTimeout), cancellationToken);
        if (second.IsGood)
            _appsThatWantGet[app.App.Id] = true;
        else if (second.IsNoRoute)
            _appsThatWantGet.TryRemove(app.App.Id, out _);
        return Noted(second);

        bool Noted(ExAppAnswer answer)
        {
            if (!answer.IsGood)
                Log.NotTriggered(logger, app.App.Id, providerId, answer.Describe());
            return answer.IsGood;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "App {AppId} was not told of work for {ProviderId}: {Problem}")]
        public static partial void NotTriggered(ILogger logger, string appId, string providerId, string problem);

        [LoggerMessage(LogLevel.Warning, "Could not see whether provider {ProviderId} has work; the next task tries again")]
        public static partial void Failed(ILogger logger, Exception error, string providerId);
    }

    /// <summary>The calls to one provider. All that is scheduled while they go on joins in.</summary>
    private sealed class Run
    {
        private readonly Lock _lock = new();
        private bool _begun;
        private bool _again;
        private bool _ended;
        private TaskCompletionSource _polled = NewSource();

        public Task Task { get; set; } = Task.CompletedTask;

        public Task NextPoll()
        {
            lock (_lock)
            {
                _polled = NewSource();
                return _polled.Task;
            }
        }

        public void Polled()
        {
            lock (_lock)
                _polled.TrySetResult();
        }

        /// <summary>False when it has ended; then there must be a new one.</summary>
        public bool TryJoin(out bool isFirst)
        {
            lock (_lock)
            {
                isFirst = !_begun;
                _again = _begun;
                _begun = true;
                return !_ended;
            }
        }

        /// <summary>False when somebody joined since it last looked.</summary>
        public bool TryEnd()
        {
            lock (_lock)
            {
                _ended = !_again;
                _again = false;
                return _ended;
            }
        }

        public void End()
        {
            lock (_lock)
                _ended = true;
        }

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
