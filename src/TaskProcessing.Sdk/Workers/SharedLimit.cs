namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// A limit on the tasks of several providers together, such as those that ask the same endpoint. One object for all of them; they may
/// belong to several workers. A claim holds a place as long as it waits, so workers of servers with long polls keep each other waiting.
/// </summary>
/// <param name="atMost">The number of tasks that may run at the same time; at least 1.</param>
public sealed class SharedLimit(int atMost)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Action> _waiting = [];
    private int _taken;

    /// <summary>The number of tasks that may run at the same time.</summary>
    public int AtMost { get; } = Math.Max(1, atMost);

    /// <summary>Takes a place for a claim.</summary>
    /// <param name="whenFree">Called once, after the next place that becomes free, if there is none now.</param>
    internal bool TryTake(Action whenFree) => TryTake(AtMost, whenFree);

    /// <summary>As above, with another limit than <see cref="AtMost"/>.</summary>
    internal bool TryTake(int atMost, Action whenFree)
    {
        lock (_lock)
        {
            if (_taken < atMost)
            {
                _taken++;
                return true;
            }

            _waiting.Add(whenFree);
            return false;
        }
    }

    /// <summary>Takes a place for a run, whose claim has one already and gives it back.</summary>
    internal void Take()
    {
        lock (_lock)
            _taken++;
    }

    internal void Free()
    {
        Action[] waiting;
        lock (_lock)
        {
            _taken--;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (var wake in waiting)
            wake();
    }
}
