using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Primitives;

/// <summary>Wakes code that waits for something to do. Continuations never run on the waking thread.</summary>
internal class AsyncSignal
{
    private TaskCompletionSource _source = NewSource();

    /// <summary>
    /// Completes with the next <see cref="Set"/> or <see cref="Pulse"/>; read it before the work that the signal may be about.
    /// </summary>
    public Task Task => Volatile.Read(ref _source).Task;

    /// <summary>True when it was set since the last reset.</summary>
    public bool IsSet => Task.IsCompleted;

    /// <summary>Wakes all waiters, also those that come before the next reset.</summary>
    /// <returns>False when it was set already.</returns>
    public bool Set() => Volatile.Read(ref _source).TrySetResult();

    /// <summary>Wakes all that hold the current <see cref="Task"/>, and nothing that comes later.</summary>
    public void Pulse() => Interlocked.Exchange(ref _source, NewSource()).TrySetResult();

    /// <summary>Takes a <see cref="Set"/> back. Present waiters wait for the next one.</summary>
    public void Reset()
    {
        if (IsSet)
            Volatile.Write(ref _source, NewSource());
    }

    /// <summary>
    /// Waits until the signal is set, and resets it. For one waiter: a <see cref="Set"/> during its work ends its next
    /// wait at once.
    /// </summary>
    /// <returns>False when the time was over first.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var isSet = await Task.EndsWithinAsync(longest, time, cancellationToken);
        if (isSet)
            Reset();
        return isSet;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
