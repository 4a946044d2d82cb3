using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Waits for background work, without guessing its duration.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task BecomesTrue(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
                throw new TimeoutException($"{what} did not happen within {Deadline}");
            await Task.Delay(5);
        }
    }
}
