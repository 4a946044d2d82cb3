namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>
/// Ends many tasks in one call, each like <see cref="FinishTask"/> and with an outcome of its own. They run concurrently,
/// so that the store writes them in one commit.
/// </summary>
internal sealed class FinishTasks(FinishTask finishTask)
{
    /// <summary>The largest number of results in one call.</summary>
    public const int MaxResults = 100;

    /// <param name="results">At most <see cref="MaxResults"/>. Of several for one task the first wins.</param>
    /// <param name="cancellationToken">Ends the wait; written results stay.</param>
    /// <returns>An outcome for each result, in their order.</returns>
    public async Task<IReadOnlyList<ReportOutcome>> RunAsync(IReadOnlyList<BatchedResult> results, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(results.Count, MaxResults);

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
/// <param name="Result">The worker's result.</param>
internal readonly record struct BatchedResult(long TaskId, FinishRequest Result);
