using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>One claim for all who came before it began; who came first gets the first tasks.</summary>
/// <remarks>Not for several threads at once but for <see cref="Answer"/> and <see cref="Fail"/>, which come last and once.</remarks>
internal sealed class GatheredClaim(ClaimCaller first)
{
    /// <summary>Others wait for the statement. One caller alone may want more.</summary>
    private const int Most = 100;

    private List<ClaimCaller> _callers = [first];
    private bool _begun;

    /// <summary>How many tasks all want together.</summary>
    public int Count { get; private set; } = first.Count;

    /// <summary>When the last of them came.</summary>
    public DateTimeOffset Now { get; private set; } = first.Now;

    /// <summary>False when it has begun or wants enough.</summary>
    public bool TryJoin(ClaimCaller caller)
    {
        if (_begun || Count + caller.Count > Most)
            return false;

        _callers.Add(caller);
        Count += caller.Count;
        return true;
    }

    /// <summary>Nobody joins any more, and nobody leaves: a second call changes nothing.</summary>
    public void Begin()
    {
        if (_begun)
            return;

        _begun = true;
        _callers = [.. _callers.Where(caller => caller.TryBegin())];
        Count = _callers.Sum(caller => caller.Count);
        Now = _callers.Select(caller => caller.Now).DefaultIfEmpty(Now).Max();
    }

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
