namespace TaskProcessing.Sdk.Primitives;

/// <summary>Waits with a time limit and without an exception when the time is over.</summary>
internal static class TimedWait
{
    /// <summary>
    /// As <see cref="Task.WaitAsync(TimeSpan, TimeProvider, CancellationToken)"/>, which makes an exception with a stack trace
    /// each time that the time is over.
    /// </summary>
    /// <returns>False when the time was over first.</returns>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using (var over = new CancellationTokenSource(longest, time))
        await using (cancellationToken.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), over).ConfigureAwait(false))
            await task.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!task.IsCompleted)
            cancellationToken.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }
}
