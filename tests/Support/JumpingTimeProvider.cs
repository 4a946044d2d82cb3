namespace TaskProcessing.Tests;

/// <summary>
/// A clock that runs as usual and can jump forward; what waits until then ends its wait at once. Measured durations do not jump.
/// </summary>
internal sealed class JumpingTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<JumpingTimer> _timers = [];
    private TimeSpan _jumped;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return System.GetUtcNow() + _jumped;
    }

    public void Jump(TimeSpan by)
    {
        List<JumpingTimer> timers;
        lock (_lock)
        {
            _jumped += by;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
            timer.Hasten();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new JumpingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class JumpingTimer : ITimer
    {
        private readonly JumpingTimeProvider _clock;
        private readonly ITimer _timer;
        private readonly Lock _lock = new();
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public JumpingTimer(JumpingTimeProvider clock, TimerCallback callback, object? state)
        {
            _clock = clock;
            _timer = System.CreateTimer(_ => Fire(callback, state), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._lock)
            {
                if (dueTime == Timeout.InfiniteTimeSpan)
                    _clock._timers.Remove(this);
                else
                    _clock._timers.Add(this);
            }

            lock (_lock)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetUtcNow() + dueTime;
                _period = period;
                return _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }

        public void Hasten()
        {
            lock (_lock)
            {
                var left = _due - _clock.GetUtcNow();
                if (left is { } wait)
                    _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(TimerCallback callback, object? state)
        {
            Change(_period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period, _period);
            callback(state);
        }
    }
}
