namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A clock that only moves when a test moves it.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<bool> Holds, TaskCompletionSource Signal)> _waiting = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (TakeDue(until) is { } timer)
            timer.Fire();

        lock (_lock)
            _now = until;
    }

    /// <summary>Completes when somebody waits for exactly this long from now: the code under test has come to rest there.</summary>
    public Task WhenSomebodyWaitsAsync(TimeSpan howLong) =>
        When(() => _timers.Exists(timer => timer.DueAt == _now + howLong));

    /// <summary>Lets time jump from one awaited moment to the next until the goal is reached.</summary>
    public async Task RunUntilAsync(Task goal)
    {
        while (!goal.IsCompleted)
        {
            await Task.WhenAny(goal, When(() => _timers.Count > 0));
            if (!goal.IsCompleted)
                Advance(NextDue() - GetUtcNow());
        }

        await goal;
    }

    private DateTimeOffset NextDue()
    {
        lock (_lock)
            return _timers.Count == 0 ? _now : _timers.Min(timer => timer.DueAt);
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

    private ManualTimer? TakeDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            var next = _timers.Where(timer => timer.DueAt <= until).MinBy(timer => timer.DueAt);
            if (next is null)
                return null;

            _now = next.DueAt > _now ? next.DueAt : _now;
            _timers.Remove(next);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset DueAt { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
                throw new NotSupportedException("Nothing under test repeats a timer.");

            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;

                DueAt = time._now + dueTime;
                time._timers.Add(this);
                foreach (var (_, signal) in time._waiting.Where(waiting => waiting.Holds()))
                    signal.TrySetResult();
                time._waiting.RemoveAll(waiting => waiting.Signal.Task.IsCompleted);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
