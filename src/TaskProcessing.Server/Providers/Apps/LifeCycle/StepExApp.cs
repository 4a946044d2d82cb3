using System.Text.Json;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>Takes one app one step nearer to its target: running when it is enabled, stopped when it is disabled.</summary>
internal sealed partial class StepExApp(
    IExAppStatusStore statuses,
    CallExApp callExApp,
    ExAppPresence presence,
    IOptions<AppApiOptions> options,
    TimeProvider time,
    ILogger<StepExApp> logger
)
{
    private static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan InitTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EnablingTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DisablingTimeout = TimeSpan.FromSeconds(10);

    /// <summary>True when the app needs a step.</summary>
    public static bool IsNeeded(ExApp app, ExAppStatus status) =>
        app.Url is not null
        && (
            app.Enabled
                ? status.Stage is not (ExAppStage.Enabled or ExAppStage.Failed)
                : status.Stage is not (ExAppStage.New or ExAppStage.Disabled)
        );

    public Task<StepOutcome> RunAsync(KnownExApp app, ExAppStatus status, CancellationToken cancellationToken) =>
        status.Stage switch
        {
            _ when !app.App.Enabled => DisableAsync(app, status, cancellationToken),
            ExAppStage.Starting => StartAsync(app, status, cancellationToken),
            ExAppStage.Initialising => InitialiseAsync(app, status, cancellationToken),
            ExAppStage.Enabling => EnableAsync(app, status, cancellationToken),
            _ => MoveAsync(status, ExAppStage.Starting, null, cancellationToken),
        };

    /// <summary>Tells a listening app that it was disabled or removed.</summary>
    public async Task NotifyDisabledAsync(KnownExApp app, CancellationToken cancellationToken)
    {
        var answer = await callExApp.RunAsync(
            app,
            new ExAppCall(HttpMethod.Put, "/enabled?enabled=0", DisablingTimeout),
            cancellationToken
        );
        if (!answer.IsGood && !answer.IsNoRoute)
            Log.NotDisabled(logger, app.App.Id, answer.Describe());
    }

    private async Task<StepOutcome> DisableAsync(KnownExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        await NotifyDisabledAsync(app, cancellationToken);
        return await MoveAsync(status, ExAppStage.Disabled, null, cancellationToken);
    }

    private async Task<StepOutcome> StartAsync(KnownExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        if (await FindNoHeartbeatAsync(app, cancellationToken) is { } problem)
            return await TryAgainAsync(status, problem, cancellationToken);

        var next = options.Value.SkipInit || IsInitialised(app, status) ? ExAppStage.Enabling : ExAppStage.Initialising;
        return await MoveAsync(status, next, null, cancellationToken);
    }

    private async Task<StepOutcome> InitialiseAsync(KnownExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        if (IsInitialised(app, status))
            return await MoveAsync(status, ExAppStage.Enabling, null, cancellationToken);
        if (status.InitProgress is not null)
        {
            return IsOver(status, options.Value.InitTimeoutSeconds)
                ? await FailAsync(
                    status,
                    $"it reported no progress of its preparations for {options.Value.InitTimeoutSeconds} seconds",
                    cancellationToken
                )
                : StepOutcome.Wait;
        }

        var answer = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Post, "/init", InitTimeout), cancellationToken);
        if (answer.IsGood)
            await statuses.BeginInitAsync(status.AppId, time.GetUtcNow(), cancellationToken);
        else if (answer.IsNoRoute)
            await statuses.ReportInitAsync(status.AppId, new InitReport(100, null, app.App.Version), time.GetUtcNow(), cancellationToken);
        else if (answer.IsRefusal)
            return await FailAsync(status, Refused(answer), cancellationToken);
        else
            return await TryAgainAsync(status, $"POST /init: {answer.Describe()}", cancellationToken);
        return StepOutcome.Moved;
    }

    private async Task<StepOutcome> EnableAsync(KnownExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        if (await FindNoHeartbeatAsync(app, cancellationToken) is { } problem)
            return await TryAgainAsync(status, problem, cancellationToken);

        var answer = await callExApp.RunAsync(app, new ExAppCall(HttpMethod.Put, "/enabled?enabled=1", EnablingTimeout), cancellationToken);
        if (answer.IsRefusal)
            return await FailAsync(status, Refused(answer), cancellationToken);
        if (!answer.IsGood && !answer.IsNoRoute)
            return await TryAgainAsync(status, $"PUT /enabled: {answer.Describe()}", cancellationToken);
        if (answer.IsGood && ErrorOf(answer.Body) is { Length: > 0 } error)
            return await FailAsync(status, $"it refused to be enabled: {error}", cancellationToken);

        Log.Enabled(logger, app.App.Id);
        return await MoveAsync(status, ExAppStage.Enabled, null, cancellationToken);
    }

    private async Task<string?> FindNoHeartbeatAsync(KnownExApp app, CancellationToken cancellationToken)
    {
        var answer = await callExApp.RunAsync(
            app,
            new ExAppCall(HttpMethod.Get, "/heartbeat", HeartbeatTimeout) { Authenticated = false },
            cancellationToken
        );
        if (!answer.IsGood)
            return $"GET /heartbeat at {app.App.Url}: {answer.Describe()}";

        presence.Seen(app.App.Id);
        return null;
    }

    private async Task<StepOutcome> TryAgainAsync(ExAppStatus status, string problem, CancellationToken cancellationToken)
    {
        if (IsOver(status, options.Value.StartTimeoutSeconds))
            return await FailAsync(status, problem, cancellationToken);

        if (status.Problem != problem)
            await statuses.SetProblemAsync(status.AppId, status.Stage, problem, cancellationToken);
        return StepOutcome.Again;
    }

    private async Task<StepOutcome> FailAsync(ExAppStatus status, string problem, CancellationToken cancellationToken)
    {
        Log.Failed(logger, status.AppId, problem);
        return await MoveAsync(status, ExAppStage.Failed, problem, cancellationToken);
    }

    private async Task<StepOutcome> MoveAsync(ExAppStatus status, ExAppStage to, string? problem, CancellationToken cancellationToken)
    {
        // Another process has changed the app meanwhile; the next check reads its state.
        await statuses.TryMoveAsync(status.AppId, status.Stage, to, problem, time.GetUtcNow(), cancellationToken);
        return StepOutcome.Moved;
    }

    private bool IsOver(ExAppStatus status, int seconds) => time.GetUtcNow() - status.StageSince > TimeSpan.FromSeconds(seconds);

    private static bool IsInitialised(KnownExApp app, ExAppStatus status) => status.InitVersion == app.App.Version;

    private static string Refused(ExAppAnswer answer) => $"{answer.Describe()}: its APP_ID or APP_SECRET is not the one stored here";

    private static string? ErrorOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String
                ? error.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "App {AppId} is enabled")]
        public static partial void Enabled(ILogger logger, string appId);

        [LoggerMessage(LogLevel.Error, "Could not enable app {AppId}: {Problem}")]
        public static partial void Failed(ILogger logger, string appId, string problem);

        [LoggerMessage(LogLevel.Information, "Could not disable app {AppId}: {Problem}")]
        public static partial void NotDisabled(ILogger logger, string appId, string problem);
    }
}

/// <summary>The result of a step.</summary>
internal enum StepOutcome
{
    /// <summary>The app is elsewhere now; look again at once.</summary>
    Moved,

    /// <summary>It did not work; try again after a pause that grows.</summary>
    Again,

    /// <summary>It is the app's turn.</summary>
    Wait,
}
