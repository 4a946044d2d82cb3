using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Upkeep.Duties;

/// <summary>
/// Lets tasks be claimed whose time to be tried again has come. Until then they are not in the index of the queue, so that
/// a claim costs the same however many wait for their time.
/// </summary>
internal sealed class WakeDelayedTasks(ITaskUpkeep tasks, TaskSignal signal, TimeProvider time)
{
    private const int Bite = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProcessingTask> bite;
        do
        {
            bite = await tasks.WakeDelayedAsync(Bite, time.GetUtcNow(), cancellationToken);
            foreach (var task in bite)
                signal.RaiseScheduled(task);
        }
        while (bite.Count == Bite);
    }
}
