using System.Collections.Concurrent;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// Which of the things that the server keeps its data in cannot be used at the moment. The log says so once when it begins
/// and once when it is over, however many requests and background loops run into it.
/// </summary>
internal sealed partial class Outages(TimeProvider time, ILogger<Outages> logger)
{
    /// <summary>What fails now and then is out until it has worked for so long; else the log would fill with ups and downs.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Outage> _outages = new();

    /// <summary>Whether the place could not be used lately.</summary>
    public bool IsOut(string place) => _outages.ContainsKey(place);

    /// <param name="place">Which one; the log names it like this.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="writing">Whether it was written to: then reading it proves nothing.</param>
    public void Failed(string place, string reason, bool writing)
    {
        var now = time.GetUtcNow();
        var outage = _outages.GetOrAdd(place, static (_, began) => new Outage(began), now);
        if (outage.TryAnnounce())
            Log.Began(logger, place, reason);
        outage.Failed(now, writing);
    }

    /// <summary>Costs nothing while there is no outage.</summary>
    public void Worked(string place, bool writing)
    {
        if (_outages.IsEmpty || !_outages.TryGetValue(place, out var outage) || !outage.IsOver(time.GetUtcNow(), writing))
            return;
        if (_outages.TryRemove(new KeyValuePair<string, Outage>(place, outage)))
            Log.Ended(logger, place, time.GetUtcNow() - outage.Began);
    }

    private sealed class Outage(DateTimeOffset began)
    {
        private int _announced;
        private long _lastFailure = began.UtcTicks;
        private volatile bool _writing;

        public DateTimeOffset Began => began;

        public bool TryAnnounce() => Interlocked.Exchange(ref _announced, 1) == 0;

        public void Failed(DateTimeOffset now, bool writing)
        {
            Interlocked.Exchange(ref _lastFailure, now.UtcTicks);
            _writing |= writing;
        }

        public bool IsOver(DateTimeOffset now, bool writing) => (writing || !_writing) && now.UtcTicks - Interlocked.Read(ref _lastFailure) >= Calm.Ticks;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Place} cannot be used: {Reason}. What needs it is answered 503 and tried again until it can")]
        public static partial void Began(ILogger logger, string place, string reason);

        [LoggerMessage(LogLevel.Information, "{Place} can be used again, after {Duration}")]
        public static partial void Ended(ILogger logger, string place, TimeSpan duration);
    }
}
