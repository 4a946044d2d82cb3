using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Waits for background work, without guessing its duration.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>The task's result; fails instead of waiting for ever.</summary>
    public static Task<T> Ends<T>(Task<T> task) => task.WaitAsync(Deadline);

    public static Task BecomesTrue(Func<bool> condition, string what) => BecomesTrue(() => Task.FromResult(condition()), what);

    public static async Task BecomesTrue(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
                throw new TimeoutException($"{what} did not happen within {Deadline}");
            await Task.Delay(5);
        }
    }
}
