namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Waiting for no longer than so long, which is nothing exceptional.</summary>
internal static class TimedWait
{
    /// <summary>As <see cref="Task.WaitAsync(TimeSpan, TimeProvider, CancellationToken)"/>, which makes an exception with a stack trace each time that the time is over.</summary>
    /// <returns>False when the time was over first.</returns>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using (var over = new CancellationTokenSource(longest, time))
        await using (cancellationToken.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), over))
            await task.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!task.IsCompleted)
            cancellationToken.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }
}
