using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>The document of the admin page; times are in Unix seconds.</summary>
/// <param name="At">When it was read.</param>
/// <param name="MostCounted">Counting stops here: a number as high means "at least".</param>
/// <param name="Queue">The task types that have waiting or running tasks, or had some that ended in the last hour.</param>
/// <param name="Minutes">The last hour by minute, the oldest first; the last minute is not over yet.</param>
/// <param name="Running">The oldest running tasks, up to 100.</param>
/// <param name="Failed">The newest failed tasks, up to 20.</param>
/// <param name="Apps">The provider apps, by id.</param>
/// <param name="Providers">The providers, by task type; within one, in the order in which they stand in for each other.</param>
/// <param name="Nextclouds">The Nextclouds whose tasks are worked on here, by id.</param>
/// <param name="Webhooks">The deliveries that have not reached their receivers.</param>
/// <param name="Blocks">The addresses from which passwords were guessed and that are refused now, up to 100.</param>
/// <param name="RateLimitHits">The callers that met a rate limit of this server within the last hour, the latest first, up to 100.</param>
internal sealed record OverviewResource(
    long At,
    int MostCounted,
    IReadOnlyList<TypeResource> Queue,
    IReadOnlyList<MinuteResource> Minutes,
    IReadOnlyList<RunningTaskResource> Running,
    IReadOnlyList<FailedTaskResource> Failed,
    IReadOnlyList<AppResource> Apps,
    IReadOnlyList<ProviderResource> Providers,
    IReadOnlyList<NextcloudResource> Nextclouds,
    WebhooksResource Webhooks,
    IReadOnlyList<BlockResource> Blocks,
    IReadOnlyList<RateLimitHitResource> RateLimitHits
)
{
    private const int MaxListed = 100;

    public static OverviewResource Of(
        TaskOverview overview,
        IEnumerable<ListedExApp> apps,
        IEnumerable<KnownProvider> providers,
        IEnumerable<ListedNextcloud> nextclouds,
        WebhookBacklog webhooks,
        IEnumerable<LoginBlock> blocks,
        IEnumerable<RateLimitHit> rateLimitHits
    ) =>
        new(
            overview.At.ToUnixTimeSeconds(),
            ReadTaskOverview.MaxCounted,
            Queues(overview),
            MinutesOf(overview),
            [.. overview.Running.Select(RunningTaskResource.Of)],
            [.. overview.Failed.Select(FailedTaskResource.Of)],
            [.. apps.Select(AppResource.Of)],
            [.. providers.Select(ProviderResource.Of)],
            [.. nextclouds.Select(NextcloudResource.Of)],
            WebhooksResource.Of(webhooks),
            [.. blocks.Take(MaxListed).Select(BlockResource.Of)],
            [.. rateLimitHits.Take(MaxListed).Select(RateLimitHitResource.Of)]
        );

    private static List<TypeResource> Queues(TaskOverview overview)
    {
        var loads = overview.Load.ToDictionary(load => load.Type);
        var ended = overview.Ended.ToLookup(tasks => tasks.Type);
        return
        [
            .. loads
                .Keys.Union(ended.Select(type => type.Key))
                .Order(StringComparer.Ordinal)
                .Select(type => TypeResource.Of(type, loads.GetValueOrDefault(type), [.. ended[type]])),
        ];
    }

    private static List<MinuteResource> MinutesOf(TaskOverview overview)
    {
        var current = overview.At.ToUnixTimeSeconds() / 60;
        var ended = overview.Ended.ToLookup(tasks => tasks.Minute);
        return
        [
            .. Enumerable
                .Range(1 - Throughput.Minutes, Throughput.Minutes)
                .Select(offset => MinuteResource.Of(current + offset, [.. ended[current + offset]])),
        ];
    }
}

/// <summary>A task type in the queue.</summary>
/// <param name="Type">The task type's id.</param>
/// <param name="Waiting">Tasks that may be claimed.</param>
/// <param name="Delayed">Tasks that wait for their next attempt.</param>
/// <param name="Running">Tasks that a worker has.</param>
/// <param name="OldestAt">When the oldest waiting task was scheduled; null when none waits.</param>
/// <param name="Successful">How many succeeded in the last hour.</param>
/// <param name="Failed">How many failed in the last hour.</param>
/// <param name="AverageWait">How long those that ended in the last hour had waited, in seconds; null when none was started.</param>
/// <param name="AverageRun">How long they ran, in seconds; null when none was started.</param>
internal sealed record TypeResource(
    string Type,
    int Waiting,
    int Delayed,
    int Running,
    long? OldestAt,
    int Successful,
    int Failed,
    double? AverageWait,
    double? AverageRun
)
{
    public static TypeResource Of(string type, TypeLoad? load, EndedTasks[] ended) =>
        new(
            type,
            load?.Waiting ?? 0,
            load?.Delayed ?? 0,
            load?.Running ?? 0,
            load?.OldestAt?.ToUnixTimeSeconds(),
            MinuteResource.Count(ended, ProcessingStatus.Successful),
            MinuteResource.Count(ended, ProcessingStatus.Failed),
            MinuteResource.Average(ended, tasks => tasks.WaitMilliseconds),
            MinuteResource.Average(ended, tasks => tasks.RunMilliseconds)
        );
}

/// <summary>The tasks that ended within a minute.</summary>
/// <param name="At">When the minute began.</param>
/// <param name="Successful">How many succeeded.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Cancelled">How many were called off.</param>
/// <param name="AverageWait">How long they had waited for a worker, in seconds; null when none was started.</param>
/// <param name="LongestWait">How long the one that waited longest had; null when none was started.</param>
internal sealed record MinuteResource(long At, int Successful, int Failed, int Cancelled, double? AverageWait, double? LongestWait)
{
    public static MinuteResource Of(long minute, EndedTasks[] ended) =>
        new(
            60 * minute,
            Count(ended, ProcessingStatus.Successful),
            Count(ended, ProcessingStatus.Failed),
            Count(ended, ProcessingStatus.Cancelled),
            Average(ended, tasks => tasks.WaitMilliseconds),
            ended.Any(tasks => tasks.Started > 0) ? ended.Max(tasks => tasks.LongestWaitMilliseconds) / 1000d : null
        );

    public static int Count(EndedTasks[] ended, ProcessingStatus status) =>
        ended.Where(tasks => tasks.Status == status).Sum(tasks => tasks.Count);

    public static double? Average(EndedTasks[] ended, Func<EndedTasks, long> milliseconds)
    {
        var started = ended.Sum(tasks => tasks.Started);
        return started == 0 ? null : Math.Round(ended.Sum(milliseconds) / 1000d / started, 3);
    }
}

/// <summary>A running task.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Type">Its task type.</param>
/// <param name="Party">Who scheduled it: <c>user alice</c>, <c>guest 192.0.2.7/32</c>, <c>app notes</c>.</param>
/// <param name="Worker">Who has it, such as <c>app translate</c>; empty when its history does not say.</param>
/// <param name="Provider">The id of the provider that it was handed out for.</param>
/// <param name="Progress">0 to 1; null before the first report.</param>
/// <param name="Attempt">How often it was given to a worker.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="LeaseUntil">Until when the worker may be silent.</param>
internal sealed record RunningTaskResource(
    long Id,
    string Type,
    string Party,
    string Worker,
    string? Provider,
    double? Progress,
    int Attempt,
    long? StartedAt,
    long? LeaseUntil
)
{
    public static RunningTaskResource Of(RunningTask task) =>
        new(
            task.Id,
            task.Type,
            task.Party,
            task.Worker,
            task.ProviderId,
            task.Progress,
            task.Attempt,
            task.StartedAt?.ToUnixTimeSeconds(),
            task.LeaseUntil?.ToUnixTimeSeconds()
        );
}
