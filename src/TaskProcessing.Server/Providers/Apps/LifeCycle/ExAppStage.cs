namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>The life of an app that listens somewhere. Apps that only poll stay <see cref="New"/>.</summary>
internal enum ExAppStage
{
    /// <summary>The start has not begun.</summary>
    New,

    /// <summary>Heartbeats are sent until the app answers.</summary>
    Starting,

    /// <summary>The app prepares itself and reports how far it is.</summary>
    Initialising,

    /// <summary>The server sends <c>PUT /enabled?enabled=1</c>.</summary>
    Enabling,

    /// <summary>The app has accepted <c>PUT /enabled?enabled=1</c>.</summary>
    Enabled,

    /// <summary>
    /// The start failed; the status has the reason. Enabling the app again restarts it; so does the app itself by
    /// reporting progress.
    /// </summary>
    Failed,

    /// <summary>The app was sent <c>PUT /enabled?enabled=0</c>, if it could be reached.</summary>
    Disabled,
}
