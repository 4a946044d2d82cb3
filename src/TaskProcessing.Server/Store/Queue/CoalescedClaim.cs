using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// One statement for all claims of one task that were queued before it began. Tasks are dealt out in the order of the claims. A batch has
/// a statement of its own, which may leave tasks out.
/// </summary>
internal sealed class CoalescedClaim(QueuedClaim first)
{
    /// <summary>An upper bound, because other callers wait for the statement.</summary>
    private const int MaxTasks = 100;

    private readonly List<QueuedClaim> _callers = [first];

    /// <summary>True for the claim of a caller that wants several tasks.</summary>
    public bool IsBatch => first.Count > 1;

    /// <summary>The sum of the callers' counts.</summary>
    public int Count => _callers.Sum(caller => caller.Count);

    /// <summary>The time of the latest claim.</summary>
    public DateTimeOffset Now => _callers.Select(caller => caller.Now).DefaultIfEmpty(first.Now).Max();

    /// <summary>False for and at a batch, and when the statement is full.</summary>
    public bool TryJoin(QueuedClaim caller)
    {
        if (IsBatch || caller.Count > 1 || Count == MaxTasks)
            return false;

        _callers.Add(caller);
        return true;
    }

    /// <summary>Callers can no longer leave from here on; callers that left before get nothing.</summary>
    public void Begin() => _callers.RemoveAll(caller => !caller.TryBegin());

    public void Answer(List<ProcessingTask> claimed)
    {
        if (_callers is [var only])
        {
            only.Answer(claimed);
            return;
        }

        foreach (var (place, caller) in _callers.Index())
            caller.Answer(place < claimed.Count ? [claimed[place]] : []);
    }

    public void Fail(Exception error)
    {
        foreach (var caller in _callers)
            caller.Fail(error);
    }
}

/// <summary>One caller's request for up to Count tasks.</summary>
internal sealed class QueuedClaim(int count, DateTimeOffset now, CancellationToken cancellationToken)
    : QueuedOperation<List<ProcessingTask>>(cancellationToken)
{
    public int Count => count;

    public DateTimeOffset Now => now;
}
