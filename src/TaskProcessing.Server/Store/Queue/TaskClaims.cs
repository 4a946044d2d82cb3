using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// Claims tasks. Claims of one kind that wait for the database at the same moment become one statement: it finds the front
/// of the queue once, where each of them would have to pass by what those before it have just taken. See docs/adr/0002.
/// </summary>
internal sealed class TaskClaims(Database database, Dialect dialect)
{
    private readonly TaskClaim _claim = new(dialect);
    private readonly Lock _lock = new();

    /// <summary>Those that have not begun.</summary>
    private readonly Dictionary<ClaimKind, GatheredClaim> _gathering = [];

    public Task<List<ProcessingTask>> ClaimAsync(ClaimKind kind, int count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<List<ProcessingTask>>(cancellationToken);

        var caller = new ClaimCaller(count, now, cancellationToken);
        GatheredClaim? gathered;
        lock (_lock)
        {
            if (_gathering.TryGetValue(kind, out gathered) && gathered.TryJoin(caller))
                return caller.Answered;

            gathered = _gathering[kind] = new GatheredClaim(caller);
        }

        _ = RunAsync(kind, gathered);
        return caller.Answered;
    }

    private async Task RunAsync(ClaimKind kind, GatheredClaim gathered)
    {
        try
        {
            var claimed = await database.ChangeTasksAsync(_claim.For(kind.Types.Count), () => Begin(kind, gathered), TaskRow.Read, row: null, CancellationToken.None);
            gathered.Answer(TaskClaim.InOrder(claimed));
        }
        catch (Exception error)
        {
            Close(kind, gathered);
            gathered.Fail(error);
        }
    }

    private object?[] Begin(ClaimKind kind, GatheredClaim gathered)
    {
        Close(kind, gathered);
        gathered.Begin();
        return TaskClaim.Values(kind, gathered.Count, gathered.Now);
    }

    /// <summary>Nobody joins any more.</summary>
    private void Close(ClaimKind kind, GatheredClaim gathered)
    {
        lock (_lock)
        {
            if (_gathering.GetValueOrDefault(kind) == gathered)
                _gathering.Remove(kind);
        }
    }
}
