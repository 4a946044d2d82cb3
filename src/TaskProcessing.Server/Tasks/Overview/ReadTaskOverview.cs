namespace TaskProcessing.Server.Tasks.Overview;

/// <summary>Reads the state of the queue for administrators. One call at a time, see <see cref="Throughput"/>.</summary>
internal sealed class ReadTaskOverview(ITaskStatistics statistics, Throughput throughput, TimeProvider time)
{
    /// <summary>Where counting stops.</summary>
    public const int MaxCounted = 10_000;

    private const int MaxRunning = 100;
    private const int MaxFailed = 20;

    public async Task<TaskOverview> RunAsync(CancellationToken cancellationToken) =>
        new(
            time.GetUtcNow(),
            await statistics.ListLoadAsync(MaxCounted, cancellationToken),
            await throughput.ReadAsync(cancellationToken),
            await statistics.ListRunningAsync(MaxRunning, cancellationToken),
            await statistics.ListFailedAsync(MaxFailed, beforeId: null, cancellationToken)
        );
}

/// <summary>The queue at a moment, and its last hour.</summary>
/// <param name="At">The moment.</param>
/// <param name="Load">The unfinished tasks, by type.</param>
/// <param name="Ended">The tasks that ended in the last hour, by minute, type and status.</param>
/// <param name="Running">The oldest running tasks.</param>
/// <param name="Failed">The newest failed tasks.</param>
internal sealed record TaskOverview(
    DateTimeOffset At,
    IReadOnlyList<TypeLoad> Load,
    IReadOnlyList<EndedTasks> Ended,
    IReadOnlyList<RunningTask> Running,
    IReadOnlyList<FailedTask> Failed
);
