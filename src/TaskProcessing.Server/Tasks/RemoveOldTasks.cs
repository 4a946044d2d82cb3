namespace TaskProcessing.Server.Tasks;

/// <summary>Removes the tasks that nothing has happened to for long, unless they ask to stay. Takes small bites, so that the queue never waits for it.</summary>
internal sealed class RemoveOldTasks(ITaskStore tasks, TimeProvider time)
{
    private const int Bite = 500;

    /// <returns>How many were removed.</returns>
    public async Task<int> RunAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - age;
        var removed = 0;
        int bite;
        do
        {
            bite = await tasks.DeleteOldAsync(before, Bite, cancellationToken);
            removed += bite;
        }
        while (bite == Bite);

        return removed;
    }
}
