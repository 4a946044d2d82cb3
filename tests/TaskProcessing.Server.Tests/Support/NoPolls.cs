namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A clock that runs as always, but never for the fifteen seconds after which a server on PostgreSQL looks for missed changes: what
/// reaches it, it was told.
/// </summary>
internal sealed class NoPolls : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(15) ? Timeout.InfiniteTimeSpan : dueTime, period);
}
