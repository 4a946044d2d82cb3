namespace TaskProcessing.Server.Tasks.Results;

/// <summary>
/// Ends many tasks in one call, each as <see cref="FinishTask"/> would and with an outcome of its own. All go their way at
/// the same time, so that the store writes them together: a worker whose results pile up pays for one commit.
/// </summary>
internal sealed class FinishTasks(FinishTask finishTask)
{
    /// <summary>How many results may come together.</summary>
    public const int Most = 100;

    /// <param name="results">At most <see cref="Most"/>. Of several for one task the first wins.</param>
    /// <param name="cancellationToken">Ends the wait; what was written stays written.</param>
    /// <returns>An outcome for each result, in their order.</returns>
    public async Task<IReadOnlyList<ReportOutcome>> RunAsync(IReadOnlyList<TaskResult> results, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(results.Count, Most);

        var outcomes = new ReportOutcome[results.Count];
        await Task.WhenAll(Enumerable.Range(0, results.Count).GroupBy(place => results[place].TaskId).Select(FinishAsync));
        return outcomes;

        async Task FinishAsync(IGrouping<long, int> ofOneTask)
        {
            foreach (var place in ofOneTask)
                outcomes[place] = await finishTask.RunAsync(ofOneTask.Key, results[place].Result, cancellationToken);
        }
    }
}

/// <summary>One of many results.</summary>
/// <param name="TaskId">The task that it is of.</param>
/// <param name="Result">What the worker answers.</param>
internal readonly record struct TaskResult(long TaskId, FinishRequest Result);
