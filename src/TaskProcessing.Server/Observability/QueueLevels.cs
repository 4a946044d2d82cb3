namespace TaskProcessing.Server.Observability;

/// <summary>How much there is to do, read from the database at one moment.</summary>
/// <param name="Queue">The task types of which there are tasks that have not ended.</param>
/// <param name="WaitingWebhooks">Deliveries that are due, being sent, or waiting for their next attempt.</param>
/// <param name="Nextclouds">The Nextclouds whose tasks are worked on here.</param>
internal sealed record QueueLevels(IReadOnlyList<QueueLevel> Queue, int WaitingWebhooks, IReadOnlyList<NextcloudLevel> Nextclouds);

/// <summary>How much there is to do for one Nextcloud.</summary>
/// <param name="Id">The id of the connection.</param>
/// <param name="Waiting">Claimed tasks that no worker has.</param>
/// <param name="Running">Claimed tasks that a worker has.</param>
/// <param name="Finishing">Claimed tasks whose result is on its way there.</param>
/// <param name="ResultAge">The time for which the oldest of those results has been on its way; null without one.</param>
/// <param name="Trouble">What hinders the work that an administrator here wants; null for nothing.</param>
/// <param name="Silence">The time since the last contact; null when there was none, or when the app is disabled.</param>
internal readonly record struct NextcloudLevel(
    string Id,
    int Waiting,
    int Running,
    int Finishing,
    TimeSpan? ResultAge,
    string? Trouble,
    TimeSpan? Silence
);

/// <summary>How much there is to do of one task type.</summary>
/// <param name="Type">The task type.</param>
/// <param name="Waiting">Tasks that may be claimed.</param>
/// <param name="Delayed">Tasks that wait for their next attempt.</param>
/// <param name="Running">Tasks that a worker has.</param>
/// <param name="OldestAge">The time since the oldest task that may be claimed was scheduled; null when there is none.</param>
internal readonly record struct QueueLevel(string Type, long Waiting, long Delayed, long Running, TimeSpan? OldestAge);

/// <summary>The requests and workers that wait in this process.</summary>
/// <param name="Workers">For a task.</param>
/// <param name="OfTasks">For a change of one task.</param>
/// <param name="OfUsers">For changes of a user's tasks.</param>
internal readonly record struct Waiters(int Workers, int OfTasks, int OfUsers);
