using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>Hands waiting tasks to a worker, each for the provider that serves its type now.</summary>
internal sealed class ClaimTasks(
    CurrentTaskTypes taskTypes,
    ITaskStore tasks,
    LeaseTerms leases,
    TaskSignal signal,
    TaskTelemetry telemetry,
    TimeProvider time
)
{
    /// <param name="request">The providers of the worker, and the types that it wants.</param>
    /// <param name="stopWaiting">Ends the wait; the answer may be empty.</param>
    /// <param name="cancellationToken">The worker is gone: nothing is claimed any more.</param>
    public async Task<ClaimOutcome> RunAsync(ClaimRequest request, CancellationToken stopWaiting, CancellationToken cancellationToken)
    {
        var outcome = await ClaimAsync(request, stopWaiting, cancellationToken);
        // Here, in the worker's own request: what claims may be the scheduling request that woke it.
        foreach (var task in outcome.Tasks)
            telemetry.Claimed(task, time.GetUtcNow());
        return outcome;
    }

    private async Task<ClaimOutcome> ClaimAsync(ClaimRequest request, CancellationToken stopWaiting, CancellationToken cancellationToken)
    {
        if (request.Wait <= TimeSpan.Zero || request.Count <= 0)
            return await ClaimNowAsync(request, Eligible(request), cancellationToken);

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var began = time.GetTimestamp();
        string? wokenFor = null;
        while (true)
        {
            // Listens only for types that the worker may claim now, because a wake-up must not reach a worker that cannot
            // use it. When other providers come to serve the types, all workers are woken and listen anew.
            var eligible = Eligible(request);
            using var listener = signal.ListenForScheduled([.. eligible.Select(type => type.Type)]);
            var outcome = await ClaimOrPassOnAsync(request, eligible, wokenFor, cancellationToken);
            if (outcome.Tasks.Count > 0)
                return outcome;

            // The callback claims while the task is being stored, so that both share a commit.
            Task<ClaimOutcome>? begun = null;
            var rest = request.Wait - time.GetElapsedTime(began);
            var onWake = () =>
            {
                begun = ClaimOrPassOnAsync(request, Eligible(request), listener.WokenFor, cancellationToken);
            };
            if (rest <= TimeSpan.Zero || !await listener.WaitAsync(rest, time, onWake, waiting.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                return outcome;
            }

            if (begun is not null && await begun is { Tasks.Count: > 0 } handed)
                return handed;

            // A claim that the callback made has passed its wake-up on if necessary.
            wokenFor = begun is null ? listener.WokenFor : null;
        }
    }

    /// <summary>A worker that was woken for a task and did not get it wakes another worker.</summary>
    private async Task<ClaimOutcome> ClaimOrPassOnAsync(
        ClaimRequest request,
        List<ClaimableType> eligible,
        string? wokenFor,
        CancellationToken cancellationToken
    )
    {
        var mayStillWait = true;
        try
        {
            var outcome = await ClaimNowAsync(request, eligible, cancellationToken);
            mayStillWait = outcome.Tasks.Count > 0 && !outcome.Tasks.Any(task => task.Type == wokenFor);
            return outcome;
        }
        catch
        {
            // Yield, because the next worker may fail as quickly and wake another one: no deep recursion.
            await Task.Yield();
            throw;
        }
        finally
        {
            if (mayStillWait && wokenFor is not null)
                signal.WakeWorker(wokenFor);
        }
    }

    private async Task<ClaimOutcome> ClaimNowAsync(ClaimRequest request, List<ClaimableType> eligible, CancellationToken cancellationToken)
    {
        var providerOfType = eligible.ToDictionary(type => type.Type, type => type.ProviderId);
        if (eligible.Count == 0 || request.Count <= 0)
            return new ClaimOutcome([], providerOfType);

        var claimed = await tasks.ClaimAsync(eligible, request.Count, request.Actor, time.GetUtcNow(), cancellationToken);
        foreach (var task in claimed)
            signal.RaiseChanged(task);
        return new ClaimOutcome(claimed, providerOfType);
    }

    /// <summary>A type is eligible only if the request names its serving provider: a worker gets no task for another provider.</summary>
    private List<ClaimableType> Eligible(ClaimRequest request)
    {
        var catalogue = taskTypes.Current;
        return
        [
            .. from typeId in request.TypeIds.Distinct()
            let type = catalogue.Find(typeId)
            where type is { IsServed: true } && request.ProviderIds.Contains(type.Provider.Id)
            select new ClaimableType(typeId, type.Provider.Id, leases.SecondsFor(type)),
        ];
    }
}

/// <summary>The request of a worker for tasks.</summary>
/// <param name="ProviderIds">The providers that it runs.</param>
/// <param name="TypeIds">The task types that it wants.</param>
/// <param name="Count">The largest number of tasks; none when it is not positive.</param>
/// <param name="Wait">The time to wait for the first task.</param>
internal sealed record ClaimRequest(IReadOnlyCollection<string> ProviderIds, IReadOnlyCollection<string> TypeIds, int Count, TimeSpan Wait)
{
    /// <summary>The claiming app or worker, for the history of the tasks.</summary>
    public string Actor { get; init; } = TaskHistory.Server;
}

/// <summary>The result of <see cref="ClaimTasks"/>.</summary>
/// <param name="Tasks">The claimed tasks, the next one first; each names its provider.</param>
/// <param name="Eligible">Task type id to provider id, for the types that could have been claimed.</param>
internal sealed record ClaimOutcome(IReadOnlyList<ProcessingTask> Tasks, IReadOnlyDictionary<string, string> Eligible);
