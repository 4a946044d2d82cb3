using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>One claim for all who came before it began; who came first gets the first tasks.</summary>
internal sealed class GatheredClaim(ClaimCaller first)
{
    /// <summary>Others wait for the statement. One caller alone may want more.</summary>
    private const int Most = 100;

    private readonly List<ClaimCaller> _callers = [first];

    /// <summary>How many tasks all want together.</summary>
    public int Count => _callers.Sum(caller => caller.Count);

    /// <summary>When the last of them came.</summary>
    public DateTimeOffset Now => _callers.Select(caller => caller.Now).DefaultIfEmpty(first.Now).Max();

    /// <summary>False when it wants enough.</summary>
    public bool TryJoin(ClaimCaller caller)
    {
        if (Count + caller.Count > Most)
            return false;

        _callers.Add(caller);
        return true;
    }

    /// <summary>Nobody leaves any more; who has left gets nothing.</summary>
    public void Begin() => _callers.RemoveAll(caller => !caller.TryBegin());

    public void Answer(List<ProcessingTask> claimed)
    {
        if (_callers is [var only])
        {
            only.Answer(claimed);
            return;
        }

        var given = 0;
        foreach (var caller in _callers)
        {
            var share = Math.Min(caller.Count, claimed.Count - given);
            caller.Answer(claimed.GetRange(given, share));
            given += share;
        }
    }

    public void Fail(Exception error)
    {
        foreach (var caller in _callers)
            caller.Fail(error);
    }
}

/// <summary>Who wants up to so many tasks.</summary>
internal sealed class ClaimCaller(int count, DateTimeOffset now, CancellationToken cancellationToken) : WaitingCaller<List<ProcessingTask>>(cancellationToken)
{
    public int Count => count;

    public DateTimeOffset Now => now;
}
