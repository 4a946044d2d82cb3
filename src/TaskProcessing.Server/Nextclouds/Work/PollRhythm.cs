namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// When a Nextcloud is asked again. One that tells of its tasks is asked seldom while it has none; it is known by having called, not by
/// its version. It calls only when no task of the type is running there, so while one is, and right after, it is asked as ever.
/// </summary>
internal sealed class PollRhythm(NextcloudPace pace, TimeProvider time)
{
    private long? _lastTask;
    private bool _hasCalled;
    private long? _lostAt;
    private bool _wasSlow;

    /// <param name="hasTask">True when the last poll brought a task.</param>
    /// <param name="wasCalled">True when the Nextcloud had called since the poll before.</param>
    /// <param name="wasIdle">True when no task of it was under way before the last poll.</param>
    /// <returns>The pause before the next poll.</returns>
    public TimeSpan Next(bool hasTask, bool wasCalled, bool wasIdle)
    {
        _hasCalled |= wasCalled;
        // Nobody told of it: calls get lost, at a firewall or at another node, which does not work for the connection.
        if (hasTask && _wasSlow && !wasCalled)
            (_hasCalled, _lostAt) = (false, time.GetTimestamp());

        _wasSlow = false;
        if (hasTask)
        {
            _lastTask = time.GetTimestamp();
            return TimeSpan.Zero;
        }

        if (_lastTask is { } last && time.GetElapsedTime(last) < pace.BusyTime)
            return pace.BusyPoll;
        if (!wasIdle || !_hasCalled || (_lostAt is { } lost && time.GetElapsedTime(lost) < pace.CallDoubt))
            return pace.IdlePoll;

        _wasSlow = true;
        return pace.CalledPoll;
    }
}
