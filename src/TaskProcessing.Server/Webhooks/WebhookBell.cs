using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Wakes the dispatcher of this process when there may be something to send.</summary>
internal sealed class WebhookBell
{
    private TaskCompletionSource _rung = NewSource();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Waits until it was rung since the last wait ended, or until the time is over.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await _rung.Task.EndsWithinAsync(longest, time, cancellationToken))
            Volatile.Write(ref _rung, NewSource());
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
