using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// Claims tasks. Claims of one kind, of one task each, that wait for the database at the same moment become one statement. It finds the
/// front of the queue once. Separate claims would each pass by the tasks that the claims before have just taken. See docs/adr/0002.
/// </summary>
internal sealed class TaskClaims(Database database, Dialect dialect)
{
    private readonly TaskClaim _claim = new(dialect);
    private readonly Lock _lock = new();

    /// <summary>Statements that have not begun; further claims may join them.</summary>
    private readonly Dictionary<ClaimKind, CoalescedClaim> _gathering = [];

    public Task<List<ProcessingTask>> ClaimAsync(ClaimKind kind, int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<List<ProcessingTask>>(cancellationToken);

        var caller = new QueuedClaim(count, now, cancellationToken);
        CoalescedClaim? gathered;
        lock (_lock)
        {
            if (_gathering.TryGetValue(kind, out gathered) && gathered.TryJoin(caller))
                return caller.Answered;

            gathered = _gathering[kind] = new CoalescedClaim(caller);
        }

        _ = RunAsync(kind, gathered);
        return caller.Answered;
    }

    private async Task RunAsync(ClaimKind kind, CoalescedClaim gathered)
    {
        try
        {
            var claimed = await database.ChangeTasksAsync(
                gathered.IsBatch ? _claim.ForBatch(kind.Types.Count) : _claim.For(kind.Types.Count),
                () => Begin(kind, gathered),
                TaskRow.Read,
                row: null,
                CancellationToken.None
            );
            gathered.Answer(TaskClaim.InOrder(claimed));
        }
        catch (Exception error)
        {
            Close(kind, gathered);
            gathered.Fail(error);
        }
    }

    private object?[] Begin(ClaimKind kind, CoalescedClaim gathered)
    {
        Close(kind, gathered);
        gathered.Begin();
        return TaskClaim.Values(kind, gathered.Count, gathered.Now);
    }

    /// <summary>Closes the statement to further callers.</summary>
    private void Close(ClaimKind kind, CoalescedClaim gathered)
    {
        lock (_lock)
        {
            if (_gathering.GetValueOrDefault(kind) == gathered)
                _gathering.Remove(kind);
        }
    }
}
