using System.Collections.Concurrent;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// Values that become labels of metrics. Provider apps may register any number of task types, and each value is a series of its own
/// that lives as long as the process: so the first ones keep their names, and all others share one.
/// </summary>
internal sealed class BoundedLabels(int most)
{
    /// <summary>What the values beyond the limit are called.</summary>
    public const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _known = new();
    private int _count;

    /// <summary>The values that have their own name.</summary>
    public IEnumerable<string> Known => _known.Keys;

    public string Of(string value) => _known.TryGetValue(value, out var known) ? known : Admit(value);

    private string Admit(string value)
    {
        if (Volatile.Read(ref _count) >= most)
            return Other;
        if (!_known.TryAdd(value, value))
            return value;
        if (Interlocked.Increment(ref _count) <= most)
            return value;

        // Others came in at the same moment.
        Interlocked.Decrement(ref _count);
        _known.TryRemove(value, out _);
        return Other;
    }
}
