namespace TaskProcessing.Server.Tasks.Results;

/// <summary>
/// Ends many tasks in one go, each as <see cref="FinishTask"/> would and with an outcome of its own, but written together:
/// a worker whose results pile up pays for one commit.
/// </summary>
internal sealed class FinishTasks(FinishTask finishTask, ITaskStore tasks, TimeProvider time)
{
    /// <summary>How many results may come together.</summary>
    public const int Most = 100;

    /// <param name="results">At most <see cref="Most"/>. Of several for one task the first wins.</param>
    /// <param name="cancellationToken">Ends the wait; what was written stays written.</param>
    /// <returns>An outcome for each result, in their order.</returns>
    public async Task<IReadOnlyList<ReportOutcome>> RunAsync(IReadOnlyList<TaskResult> results, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(results.Count, Most);

        var outcomes = new ReportOutcome?[results.Count];
        var endings = new List<(int Place, long Id, TaskEnding Ending)>(results.Count);
        for (var place = 0; place < results.Count; place++)
        {
            var (id, result) = results[place];
            (outcomes[place], var ending) = await finishTask.PrepareAsync(id, result, cancellationToken);
            if (ending is not null)
                endings.Add((place, id, ending));
        }

        var changes = await tasks.TryFinishManyAsync(endings.ConvertAll(entry => (entry.Id, entry.Ending)), time.GetUtcNow(), cancellationToken);
        foreach (var ((place, _, _), change) in endings.Zip(changes))
            outcomes[place] = finishTask.Conclude(change, results[place].Result.Claim);

        return outcomes!;
    }
}

/// <summary>One of many results.</summary>
/// <param name="TaskId">The task that it is of.</param>
/// <param name="Result">What the worker answers.</param>
internal readonly record struct TaskResult(long TaskId, FinishRequest Result);
