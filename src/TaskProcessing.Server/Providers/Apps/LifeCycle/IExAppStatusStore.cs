namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>
/// Keeps <see cref="ExAppStatus"/>. Nothing here raises the version of a topic, because nothing caches it. Every method is one
/// statement (after the row was made, where that is missing), and none does anything for an app that does not exist.
/// </summary>
internal interface IExAppStatusStore
{
    /// <summary>A new one for apps of which nothing is known yet.</summary>
    Task<ExAppStatus> GetAsync(string appId, CancellationToken cancellationToken);

    /// <summary>The stored status of each app that has one.</summary>
    Task<IReadOnlyList<ExAppStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Takes or keeps the right to start or stop the app. False while another process has it.</summary>
    Task<bool> TryDriveAsync(string appId, string driver, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Gives the right up, if the driver has it.</summary>
    Task ReleaseAsync(string appId, string driver, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the app on, if it is still where it was thought to be. Going to <see cref="ExAppStage.Initialising"/> forgets the
    /// progress.
    /// </summary>
    Task<bool> TryMoveAsync(
        string appId,
        ExAppStage from,
        ExAppStage to,
        string? problem,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Stores the obstacle of a stage; null when there is none any more.</summary>
    Task SetProblemAsync(string appId, ExAppStage stage, string? problem, CancellationToken cancellationToken);

    /// <summary>Notes that the app agreed to prepare itself, unless it has reported progress already.</summary>
    Task BeginInitAsync(string appId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the app's report of its preparation. An error makes an app that is starting or preparing itself
    /// <see cref="ExAppStage.Failed"/>, progress without error takes a failed app back to
    /// <see cref="ExAppStage.Initialising"/>.
    /// </summary>
    Task ReportInitAsync(string appId, InitReport report, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stores the last signs of life of apps; a null leaves the stored value.</summary>
    Task SaveSignsAsync(IReadOnlyCollection<ExAppSigns> signs, CancellationToken cancellationToken);
}

/// <param name="Progress">0 to 100.</param>
/// <param name="Error">The error; null without one.</param>
/// <param name="DoneVersion">The version that is ready now; null when none is.</param>
internal sealed record InitReport(int Progress, string? Error, string? DoneVersion);

/// <summary>The signs of life of an app.</summary>
internal sealed record ExAppSigns(string AppId)
{
    public DateTimeOffset? SeenAt { get; init; }

    public DateTimeOffset? PolledAt { get; init; }

    public string? Version { get; init; }

    public DateTimeOffset? RefusedAt { get; init; }

    public string? Refusal { get; init; }
}
