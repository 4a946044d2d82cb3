using System.Globalization;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Says in a few words how an app is.</summary>
internal static class ExAppCondition
{
    /// <summary>Where apps do not stand back for silence, it is shown after so long all the same.</summary>
    private static readonly TimeSpan NoteworthySilence = TimeSpan.FromMinutes(10);

    public static string Describe(ExApp app, ExAppStatus status, ProviderOptions options, DateTimeOffset now) => app switch
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

    public static TimeSpan LongestSilence(ProviderOptions options) =>
        options.SilentAfterSeconds > 0 ? TimeSpan.FromSeconds(options.SilentAfterSeconds) : NoteworthySilence;

    private static string Working(ExAppStatus status, ProviderOptions options, DateTimeOffset now) =>
        status.SeenAt is { } seen && now - seen > LongestSilence(options)
            ? string.Create(CultureInfo.InvariantCulture, $"silent since {seen.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
            : "enabled";
}
