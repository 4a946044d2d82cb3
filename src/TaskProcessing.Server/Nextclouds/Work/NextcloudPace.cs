namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>How often a Nextcloud is called. An empty answer to a poll costs it about 45 ms of its processor.</summary>
internal sealed record NextcloudPace
{
    /// <summary>Between polls within <see cref="BusyTime"/> after the last task.</summary>
    public TimeSpan BusyPoll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between polls at other times.</summary>
    public TimeSpan IdlePoll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same for a Nextcloud that tells of its tasks: a call may be lost.</summary>
    public TimeSpan CalledPoll { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After a lost call, the time in which calls are not relied upon.</summary>
    public TimeSpan CallDoubt { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan BusyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between reports of progress.</summary>
    public TimeSpan Progress { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between partial outputs.</summary>
    public TimeSpan Output { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time without a report after which one is sent for a running task: its answer tells of a cancel.</summary>
    public TimeSpan RunningSign { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a task that waits here.</summary>
    public TimeSpan WaitingSign { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the first retry of a failed call; later ones double.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between a result and the look at whether a late report has set the task back to running.</summary>
    public TimeSpan Doubt { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When tasks of unanswered polls are searched for, after the last of them: a late claim may come after a search.</summary>
    public IReadOnlyList<TimeSpan> Searches { get; init; } = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)];
}
