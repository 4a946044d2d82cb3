using System.Collections.Concurrent;
using System.Threading.Channels;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// Calls apps when tasks wait, so that they need not poll often: llm2 polls every five minutes once it knows triggers,
/// other apps never. Runs in the background, one call at a time for each provider; tasks that are scheduled during a call
/// need no call of their own. Repeats the call until the app asks for tasks or none waits.
/// </summary>
internal sealed partial class TriggerProviders(
    CurrentTaskTypes taskTypes,
    AvailableTaskTypes registered,
    ITaskStore tasks,
    TaskSignal signal,
    ExAppDirectory directory,
    CallExApp callExApp,
    ExAppPresence presence,
    TimeProvider time,
    ILogger<TriggerProviders> logger
) : BackgroundService
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Channel<string> _arrivals = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, bool> _queued = new();
    private readonly ConcurrentDictionary<string, Run> _runs = new();
    private readonly ConcurrentDictionary<string, bool> _appsWithGet = new();

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
        taskTypes.Changed += CheckAll;
        try
        {
            CheckAll();
            await foreach (var type in _arrivals.Reader.ReadAllAsync(stoppingToken))
            {
                _queued.TryRemove(type, out _);
                Trigger(type, stoppingToken);
            }
        }
        finally
        {
            signal.Arrived -= Arrived;
            taskTypes.Changed -= CheckAll;
            await Task.WhenAll(_runs.Values.Select(run => run.Task));
        }
    }

    private void Arrived(string type)
    {
        if (_queued.TryAdd(type, true))
            _arrivals.Writer.TryWrite(type);
    }

    /// <summary>Finds tasks that were scheduled before the server started, or before their provider came.</summary>
    private void CheckAll()
    {
        foreach (var type in taskTypes.Current.Available)
        {
            if (registered.AppOf(type.Provider.Id) is not null)
                Arrived(type.Type.Id);
        }
    }

    private void Trigger(string type, CancellationToken cancellationToken)
    {
        if (taskTypes.Current.Find(type)?.Provider.Id is not { } providerId || registered.AppOf(providerId) is not { } appId)
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
            } while (!run.TryEnd());
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it.
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
        for (
            var calls = 1;
            await directory.FindAsync(appId, cancellationToken) is { App: { Enabled: true, Url: not null } } app
                && await IsNeededAsync(providerId, type, cancellationToken);
            calls++
        )
        {
            var polled = run.NextPoll;
            if (await CallAsync(app, providerId, cancellationToken))
                presence.Seen(appId);

            // The call failed or had no effect: repeat it.
            if (await polled.EndsWithinAsync(Backoff.After(calls, FirstPause, LongestPause), time, cancellationToken))
                return;
        }
    }

    private async Task<bool> IsNeededAsync(string providerId, string type, CancellationToken cancellationToken) =>
        taskTypes.Current.Find(type)?.Provider.Id == providerId && await tasks.AnyScheduledAsync([type], cancellationToken);

    private async Task<bool> CallAsync(KnownExApp app, string providerId, CancellationToken cancellationToken)
    {
        var path = $"/trigger?providerId={Uri.EscapeDataString(providerId)}";
        if (!_appsWithGet.ContainsKey(app.App.Id))
        {
            var answer = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Post, path, AnswerTimeout), cancellationToken);
            if (!answer.IsNoRoute)
                return Noted(answer);
        }

        // Bee Flow listens to GET.
        var second = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Get, path, AnswerTimeout), cancellationToken);
        if (second.IsGood)
            _appsWithGet[app.App.Id] = true;
        else if (second.IsNoRoute)
            _appsWithGet.TryRemove(app.App.Id, out _);
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
        [LoggerMessage(LogLevel.Information, "Could not notify app {AppId} of tasks for {ProviderId}: {Problem}")]
        public static partial void NotTriggered(ILogger logger, string appId, string providerId, string problem);

        [LoggerMessage(LogLevel.Warning, "Could not check for tasks of provider {ProviderId}; trying again with the next task")]
        public static partial void Failed(ILogger logger, Exception error, string providerId);
    }

    /// <summary>The calls to one provider. Tasks that are scheduled meanwhile need no further call.</summary>
    private sealed class Run
    {
        private readonly Lock _lock = new();
        private readonly AsyncSignal _polled = new();
        private bool _begun;
        private bool _again;
        private bool _ended;

        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>Completes when the app asks for tasks from now on.</summary>
        public Task NextPoll => _polled.Task;

        public void Polled() => _polled.Pulse();

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

        /// <summary>False when another request has joined since the last check.</summary>
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
    }
}
