namespace TaskProcessing.Server.Tasks.Overview;

/// <summary>
/// The tasks that ended in each minute of the last hour. A minute that is over is read once and kept in memory. The first read on a busy
/// server costs most: it goes back in time only until it has counted enough tasks, and later reads go further back. Not for concurrent
/// use.
/// </summary>
internal sealed class Throughput(ITaskStatistics statistics, TimeProvider time)
{
    public const int Minutes = 60;

    /// <summary>How many minutes one statement reads.</summary>
    private const int MinutesAtOnce = 5;

    /// <summary>A read that has counted so many tasks goes no further back.</summary>
    private const int EnoughTasks = 50_000;

    /// <summary>A change is stored a moment after the time that it bears, and clocks of servers differ a little.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<long, IReadOnlyList<EndedTasks>> _minutes = [];

    /// <summary>The first minute whose numbers may still change.</summary>
    private long? _open;

    /// <summary>The minutes from here on have been read; those before it not yet.</summary>
    private long _oldestRead;

    /// <returns>By minute, the oldest first.</returns>
    public async Task<IReadOnlyList<EndedTasks>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (current, first) = (MinuteOf(now), MinuteOf(now) - Minutes + 1);
        if (_open is not { } open || open > current || open < first)
        {
            _minutes.Clear();
            _open = open = current;
            _oldestRead = current;
        }

        var counted = await ReadAsync(open, current, cancellationToken);
        while (_oldestRead > first && counted < EnoughTasks)
        {
            var from = Math.Max(first, _oldestRead - MinutesAtOnce);
            counted += await ReadAsync(from, _oldestRead - 1, cancellationToken);
            _oldestRead = from;
        }

        foreach (var old in _minutes.Keys.TakeWhile(minute => minute < first).ToList())
            _minutes.Remove(old);
        _open = MinuteOf(now - Settling);
        return [.. _minutes.Values.SelectMany(minute => minute)];
    }

    private async Task<int> ReadAsync(long from, long to, CancellationToken cancellationToken)
    {
        var ended = await statistics.CountEndedAsync(StartOf(from), StartOf(to + 1), cancellationToken);
        foreach (var minute in ended.GroupBy(tasks => tasks.Minute))
            _minutes[minute.Key] = [.. minute];
        return ended.Sum(tasks => tasks.Count);
    }

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    private static DateTimeOffset StartOf(long minute) => DateTimeOffset.FromUnixTimeSeconds(60 * minute);
}
