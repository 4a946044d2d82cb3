using System.Globalization;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Checks the state, the address and the secret of an app, and explains its faults; it also calls the app.</summary>
internal sealed class CheckExApp(
    IExAppStore exApps,
    ExAppSecrets secrets,
    IExAppStatusStore statuses,
    CallExApp callExApp,
    IOptions<ProviderOptions> options,
    TimeProvider time
)
{
    private static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EnablingTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TolerableClock = TimeSpan.FromMinutes(1);

    /// <returns>The findings, good and bad; null when there is no such app.</returns>
    public async Task<IReadOnlyList<ExAppFinding>?> RunAsync(string appId, CancellationToken cancellationToken)
    {
        if (await exApps.FindAsync(appId, cancellationToken) is not { } app)
            return null;

        var status = await statuses.GetAsync(appId, cancellationToken);
        var findings = new List<ExAppFinding>();
        CheckState(findings, app, status);
        if (app.Url is null)
            findings.Add(ExAppFinding.Good("The app has no address here: it is never called and must ask for tasks by itself"));
        else if (await CheckAddressAsync(findings, app, cancellationToken))
            await CheckSecretAsync(findings, app, status, cancellationToken);

        CheckVersion(findings, app, status);
        CheckRefusals(findings, status);
        await CheckWorkAsync(findings, app, status, cancellationToken);
        return findings;
    }

    private void CheckState(List<ExAppFinding> findings, ExApp app, ExAppStatus status)
    {
        if (!app.Enabled)
            findings.Add(ExAppFinding.Bad($"The app is disabled; \"exapp enable {app.Id}\" lets it work"));
        else if (app.Url is not null && status.Stage == ExAppStage.Failed)
            findings.Add(
                ExAppFinding.Bad(
                    $"The app could not be enabled at {Time(status.StageSince)}: {status.Problem}. "
                        + $"When that is mended, \"exapp enable {app.Id}\" tries again"
                )
            );
        else if (app.Url is not null && status.Stage is ExAppStage.New or ExAppStage.Disabled)
            findings.Add(ExAppFinding.Bad("No server has begun to start the app; is one running on this database?"));
        else
            findings.Add(ExAppFinding.Good($"State: {ExAppCondition.Describe(app, status, options.Value, time.GetUtcNow())}"));
    }

    private async Task<bool> CheckAddressAsync(List<ExAppFinding> findings, ExApp app, CancellationToken cancellationToken)
    {
        var answer = await callExApp.RunAsync(
            secrets.Open(app),
            new ExAppCall(HttpMethod.Get, "/heartbeat", HeartbeatTimeout) { Authenticated = false },
            cancellationToken
        );
        if (answer.Status is null)
            findings.Add(ExAppFinding.Bad($"The address {app.Url} cannot be reached from here: {answer.Reason}"));
        else if (!answer.IsGood)
            findings.Add(
                ExAppFinding.Bad($"{app.Url}/heartbeat answers {(int)answer.Status} instead of 200; does something else listen there?")
            );
        else
            findings.Add(ExAppFinding.Good($"The app answers at {app.Url}"));

        if (answer.Date is { } date && (date - time.GetUtcNow()).Duration() is var difference && difference > TolerableClock)
            findings.Add(ExAppFinding.Bad($"The app's clock and this one differ by {Length(difference)}"));
        return answer.IsGood;
    }

    /// <summary>Repeats the last <c>PUT /enabled</c>: the only call whose secret every app checks.</summary>
    private async Task CheckSecretAsync(List<ExAppFinding> findings, ExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        // A starting app must get neither of the two calls before its time.
        if (status.Stage is ExAppStage.Starting or ExAppStage.Initialising or ExAppStage.Enabling)
            return;

        var enabled = app.Enabled && status.Stage == ExAppStage.Enabled ? 1 : 0;
        var answer = await callExApp.RunAsync(
            secrets.Open(app),
            new ExAppCall(HttpMethod.Put, $"/enabled?enabled={enabled}", EnablingTimeout),
            cancellationToken
        );
        if (answer.IsRefusal)
            findings.Add(ExAppFinding.Bad($"The app answers {(int)answer.Status!}: its APP_ID or APP_SECRET is not the one stored here"));
        else if (answer.IsGood)
            findings.Add(ExAppFinding.Good("The app accepts the secret"));
        else if (!answer.IsNoRoute)
            findings.Add(ExAppFinding.Bad($"PUT /enabled failed: {answer.Describe()}"));
    }

    private static void CheckVersion(List<ExAppFinding> findings, ExApp app, ExAppStatus status)
    {
        if (status.SeenVersion is { } seen && seen != app.Version)
            findings.Add(ExAppFinding.Bad($"The app calls itself version {seen}, here it is {app.Version}: an older copy may be running"));
    }

    private void CheckRefusals(List<ExAppFinding> findings, ExAppStatus status)
    {
        if (status.RefusedAt is { } refused && time.GetUtcNow() - refused < ExAppCondition.RecentRefusal)
            findings.Add(ExAppFinding.Bad($"A call in the app's name was refused at {Time(refused)}: {status.Refusal}"));
    }

    private async Task CheckWorkAsync(List<ExAppFinding> findings, ExApp app, ExAppStatus status, CancellationToken cancellationToken)
    {
        if (!app.Enabled)
            return;

        var providers = (await exApps.ListEffectiveRegistrationsAsync(cancellationToken)).Count(registration =>
            registration.AppId == app.Id
        );
        findings.Add(
            providers > 0
                ? ExAppFinding.Good(string.Create(CultureInfo.InvariantCulture, $"It has registered {providers} provider(s)"))
                : ExAppFinding.Bad("It has registered no provider, so it gets no tasks")
        );
        if (status.PolledAt is not { } polled)
            findings.Add(ExAppFinding.Bad("It has never asked for tasks"));
        else if (time.GetUtcNow() - polled is var silence && silence > ExAppCondition.LongestSilence(options.Value))
            findings.Add(ExAppFinding.Bad($"It has not asked for tasks for {Length(silence)}"));
        else
            findings.Add(ExAppFinding.Good($"It last asked for tasks at {Time(polled)}"));
    }

    private static string Time(DateTimeOffset? time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");

    private static string Length(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} seconds")
        : time < TimeSpan.FromHours(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} hours");
}

/// <summary>One thing that was found.</summary>
internal sealed record ExAppFinding(bool IsGood, string Text)
{
    public static ExAppFinding Good(string text) => new(true, text);

    public static ExAppFinding Bad(string text) => new(false, text);
}
