using System.Globalization;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Describes the state of an app in a few words.</summary>
internal static class ExAppCondition
{
    /// <summary>Silence of this length is shown even when silent apps keep their task types.</summary>
    private static readonly TimeSpan NoteworthySilence = TimeSpan.FromMinutes(10);

    /// <summary>A refusal is told of for so long.</summary>
    public static readonly TimeSpan RecentRefusal = TimeSpan.FromHours(1);

    public static string Describe(ExApp app, ExAppStatus status, ProviderOptions options, DateTimeOffset now) =>
        app switch
        {
            { Enabled: false } => "disabled",
            { Url: null } when status.SeenAt is null => "never seen",
            { Url: null } => Working(status, options, now),
            _ => status.Stage switch
            {
                ExAppStage.New or ExAppStage.Disabled => "never seen",
                ExAppStage.Starting or ExAppStage.Enabling => status.Problem is null ? "starting" : $"starting: {status.Problem}",
                ExAppStage.Initialising => string.Create(CultureInfo.InvariantCulture, $"init {status.InitProgress ?? 0} %"),
                ExAppStage.Failed => $"failed: {status.Problem}",
                _ => Working(status, options, now),
            },
        };

    /// <summary>What is wrong with an app; the worst first.</summary>
    public static ExAppTrouble TroubleOf(ExApp app, ExAppStatus status, int providers, ProviderOptions options, DateTimeOffset now)
    {
        if (!app.Enabled)
            return ExAppTrouble.Disabled;
        if (app.Url is not null && status.Stage == ExAppStage.Failed)
            return ExAppTrouble.Failed;
        if (app.Url is not null && status is { Stage: not ExAppStage.Enabled, Problem: not null })
            return ExAppTrouble.Stuck;
        if (status.RefusedAt is { } refused && now - refused < RecentRefusal && (status.SeenAt is null || status.SeenAt < refused))
            return ExAppTrouble.Refused;
        if (status.SeenAt is not { } seen)
            return ExAppTrouble.NeverSeen;
        if (now - seen > LongestSilence(options))
            return ExAppTrouble.Silent;

        var isUp = app.Url is null || status.Stage == ExAppStage.Enabled;
        return isUp && providers == 0 ? ExAppTrouble.NoProvider : ExAppTrouble.None;
    }

    public static TimeSpan LongestSilence(ProviderOptions options) =>
        options.SilentAfterSeconds > 0 ? TimeSpan.FromSeconds(options.SilentAfterSeconds) : NoteworthySilence;

    private static string Working(ExAppStatus status, ProviderOptions options, DateTimeOffset now) =>
        status.SeenAt is { } seen && now - seen > LongestSilence(options)
            ? string.Create(CultureInfo.InvariantCulture, $"silent since {seen.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "enabled";
}
