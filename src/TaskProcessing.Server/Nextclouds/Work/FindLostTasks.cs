using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Finds tasks that were handed out with polls whose answers were lost. Only what nobody else can be working on is taken: running
/// tasks of types that are offered there, without any progress, scheduled before the end of those polls, unknown here, and never
/// more than those polls asked for.
/// </summary>
internal sealed partial class FindLostTasks(
    INextcloudTaskStore claimed,
    OfferedProviders offered,
    TimeProvider time,
    ILogger<FindLostTasks> logger
)
{
    private const int MostUsers = 1000;

    /// <summary>Clocks may differ by as much.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <param name="held">The connection.</param>
    /// <param name="most">The number of tasks that the polls asked for.</param>
    /// <param name="until">The end of the last of them.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The rows of the tasks that were found; they are stored.</returns>
    public async Task<IReadOnlyList<NextcloudTask>> RunAsync(
        HeldNextcloud held,
        int most,
        DateTimeOffset? until,
        CancellationToken cancellationToken
    )
    {
        var types = offered.To(held.Known, held.Known.Connection.ServerVersion).Select(provider => provider.TaskType).ToHashSet();
        var latest = (until ?? time.GetUtcNow()) + Tolerance;
        var candidates = new List<ProtocolTask>();
        foreach (var user in await ListUsersAsync(held, cancellationToken))
        {
            candidates.AddRange(
                (await held.ListTasksAsync(user, cancellationToken)).Where(task =>
                    task.Status == ProcessingStatus.Running
                    && task.Progress is null or 0
                    && types.Contains(task.Type)
                    && (task.ScheduledAt is not { } scheduled || DateTimeOffset.FromUnixTimeSeconds(scheduled) <= latest)
                )
            );
        }

        var ids = candidates.Select(task => task.Id).ToList();
        var known = (await claimed.ListAsync(held.Id, ids, cancellationToken)).Select(task => task.RemoteId).ToHashSet();
        var found = new List<NextcloudTask>();
        foreach (var task in candidates.Where(task => !known.Contains(task.Id)).OrderBy(task => task.Id).Take(most))
        {
            var row = task.ToRow(held.Id, claim: null, time.GetUtcNow());
            if (await claimed.AddAsync([row], CancellationToken.None) is [])
                continue;

            Log.Found(logger, held.Id, task.Id);
            found.Add(row);
        }

        return found;
    }

    /// <summary>Those whose tasks were handed out before come first.</summary>
    private async Task<IReadOnlyList<string>> ListUsersAsync(HeldNextcloud held, CancellationToken cancellationToken)
    {
        var known = await claimed.ListUsersAsync(held.Id, MostUsers, cancellationToken);
        var all = await held.ListUsersAsync(cancellationToken);
        return [.. known.Concat(all).Distinct().Take(MostUsers)];
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "Task {RemoteId} of Nextcloud {Id} was handed out with an answer that got lost; it is worked on now"
        )]
        public static partial void Found(ILogger logger, string id, long remoteId);
    }
}
