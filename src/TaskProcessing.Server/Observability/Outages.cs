using System.Collections.Concurrent;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// The storage places (database, files) that fail at the moment. The log has one line at the start of an outage and one
/// at its end, for any number of failing requests and background loops.
/// </summary>
internal sealed partial class Outages(TimeProvider time, ILogger<Outages> logger)
{
    /// <summary>
    /// A place that fails intermittently is out until it has worked for this long; otherwise the log would fill with
    /// starts and ends.
    /// </summary>
    private static readonly TimeSpan RecoveryTime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Outage> _outages = new();

    /// <summary>The number of places that are out.</summary>
    public int Count => _outages.Count;

    /// <summary>True while the place is out.</summary>
    public bool IsOut(string place) => _outages.ContainsKey(place);

    /// <param name="place">The name of the place in the log.</param>
    /// <param name="reason">The error.</param>
    /// <param name="writing">True for a failed write; then a successful read does not end the outage.</param>
    public void Failed(string place, string reason, bool writing)
    {
        var now = time.GetTimestamp();
        var outage = _outages.GetOrAdd(place, static (_, began) => new Outage(began), now);
        if (outage.TryAnnounce())
            Log.Began(logger, place, reason.TrimEnd('.'));
        outage.Failed(now, writing);
    }

    /// <summary>Costs nothing while there is no outage.</summary>
    public void Worked(string place, bool writing)
    {
        if (_outages.IsEmpty || !_outages.TryGetValue(place, out var outage) || !outage.IsOver(time, writing))
            return;
        if (_outages.TryRemove(new KeyValuePair<string, Outage>(place, outage)))
            Log.Ended(logger, place, time.GetElapsedTime(outage.Began));
    }

    private sealed class Outage(long began)
    {
        private int _announced;
        private long _lastFailure = began;
        private volatile bool _writing;

        public long Began { get; } = began;

        public bool TryAnnounce() => Interlocked.Exchange(ref _announced, 1) == 0;

        public void Failed(long now, bool writing)
        {
            Interlocked.Exchange(ref _lastFailure, now);
            _writing |= writing;
        }

        public bool IsOver(TimeProvider time, bool writing) =>
            (writing || !_writing) && time.GetElapsedTime(Interlocked.Read(ref _lastFailure)) >= RecoveryTime;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Place} cannot be used: {Reason}. Requests that need it are answered 503 until it can")]
        public static partial void Began(ILogger logger, string place, string reason);

        [LoggerMessage(LogLevel.Information, "{Place} can be used again, after {Duration}")]
        public static partial void Ended(ILogger logger, string place, TimeSpan duration);
    }
}
