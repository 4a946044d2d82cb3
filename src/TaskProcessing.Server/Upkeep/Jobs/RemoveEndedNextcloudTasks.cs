using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Forgets what was claimed at Nextclouds a week after it ended there, once the local task is gone too.</summary>
internal sealed class RemoveEndedNextcloudTasks(INextcloudTaskStore tasks, TimeProvider time) : IMaintenanceJob
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public string Name => "remove ended tasks of Nextclouds";

    public TimeSpan Interval => TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken cancellationToken) =>
        await tasks.RemoveEndedAsync(time.GetUtcNow() - Kept, cancellationToken);
}
