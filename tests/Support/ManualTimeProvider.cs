namespace TaskProcessing.Tests;

/// <summary>A clock that stands still until a test advances it; timers fire on the way, in their order.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Signal)> _waiting = [];
    private TimeSpan _setBack;
    private DateTimeOffset _now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now - _setBack;
    }

    /// <summary>Time itself: setting the clock back does not change it.</summary>
    public override long GetTimestamp()
    {
        lock (_lock)
            return _now.UtcTicks;
    }

    /// <summary>Sets the wall clock back. Measured durations and timers go on.</summary>
    public void SetBack(TimeSpan by)
    {
        lock (_lock)
            _setBack += by;
    }

    /// <summary>
    /// Sets the wall clock forward, to make things old. <see cref="Advance"/> runs every job of a server that is due in
    /// each second that passes, and a day has many seconds.
    /// </summary>
    public void SetForward(TimeSpan by) => SetBack(-by);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The number of waiters for exactly this long from now.</summary>
    public int WaitersFor(TimeSpan howLong)
    {
        lock (_lock)
            return _timers.Count(timer => timer.Due == _now + howLong);
    }

    public void Advance(TimeSpan by)
    {
        var until = new DateTimeOffset(GetTimestamp(), TimeSpan.Zero) + by;
        while (TakeNextDue(until) is { } timer)
            timer.Fire();
        lock (_lock)
            _now = until;
    }

    /// <summary>
    /// Completes when a timer waits for exactly this long from now: the code under test has come to rest there.
    /// </summary>
    public Task WhenSomebodyWaitsAsync(TimeSpan howLong) => When(() => _timers.Exists(timer => timer.Due == _now + howLong));

    /// <summary>Completes when a timer waits for no longer than this.</summary>
    public Task WhenSomebodyWaitsAtMostAsync(TimeSpan howLong) => When(() => _timers.Exists(timer => timer.Due <= _now + howLong));

    /// <summary>Lets time jump from one awaited moment to the next until the goal is reached.</summary>
    public async Task RunUntilAsync(Task goal)
    {
        while (!goal.IsCompleted)
        {
            await Task.WhenAny(goal, When(() => _timers.Count > 0));
            if (!goal.IsCompleted)
                Advance(NextDue() - new DateTimeOffset(GetTimestamp(), TimeSpan.Zero));
        }

        await goal;
    }

    private DateTimeOffset NextDue()
    {
        lock (_lock)
            return _timers.Count == 0 ? _now : _timers.Min(timer => timer.Due);
    }

    private Task When(Func<bool> holds)
    {
        lock (_lock)
        {
            if (holds())
                return Task.CompletedTask;

            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((holds, signal));
            return signal.Task;
        }
    }

    private ManualTimer? TakeNextDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            var next = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            if (next is null)
                return null;

            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
                next.Due += next.Period;
            else
                _timers.Remove(next);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;

                Due = clock._now + dueTime;
                Period = period;
                clock._timers.Add(this);
                foreach (var (_, signal) in clock._waiting.Where(waiting => waiting.Holds()))
                    signal.TrySetResult();
                clock._waiting.RemoveAll(waiting => waiting.Signal.Task.IsCompleted);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
