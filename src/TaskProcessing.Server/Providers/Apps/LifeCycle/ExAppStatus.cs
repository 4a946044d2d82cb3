namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>How far the server is with an app, and what it heard of it last.</summary>
internal sealed class ExAppStatus
{
    public required string AppId { get; init; }

    public ExAppStage Stage { get; init; }

    /// <summary>When the stage, or the app's own progress within it, changed.</summary>
    public DateTimeOffset? StageSince { get; init; }

    /// <summary>How far the app has prepared itself, 0 to 100; null until it was asked to.</summary>
    public int? InitProgress { get; init; }

    /// <summary>The version of the app that has prepared itself; it need not do it again.</summary>
    public string? InitVersion { get; init; }

    /// <summary>What stands in the way, or did so last; null when nothing does.</summary>
    public string? Problem { get; init; }

    /// <summary>The app's last sign of life: a call, or an answer to one. Up to half a minute behind.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>When the app last asked for tasks.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    /// <summary>The version that the app named last.</summary>
    public string? SeenVersion { get; init; }

    /// <summary>When a call in the app's name was last refused, and why.</summary>
    public DateTimeOffset? RefusedAt { get; init; }

    public string? Refusal { get; init; }

    /// <summary>The process that brings the app up or down now, until <see cref="DriverUntil"/>.</summary>
    public string? Driver { get; init; }

    public DateTimeOffset? DriverUntil { get; init; }
}

/// <summary>The life of an app that listens somewhere. Apps that only poll stay <see cref="New"/>.</summary>
internal enum ExAppStage
{
    /// <summary>Nothing has been done yet.</summary>
    New,

    /// <summary>Heartbeats are sent until the app answers.</summary>
    Starting,

    /// <summary>The app prepares itself and reports how far it is.</summary>
    Initialising,

    /// <summary>The app is told to work.</summary>
    Enabling,

    /// <summary>The app was told to work and agreed.</summary>
    Enabled,

    /// <summary>It did not work out, and the problem says why. Enabling the app anew begins anew; so does the app itself by reporting progress.</summary>
    Failed,

    /// <summary>The app was told to rest, if it could be reached.</summary>
    Disabled,
}
