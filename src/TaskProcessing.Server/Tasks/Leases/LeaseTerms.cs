using Microsoft.Extensions.Options;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>How long leases last, how often a task is tried, and after which pause.</summary>
internal sealed class LeaseTerms(IOptions<LeaseOptions> options, Random random)
{
    private const double LeastSpread = 0.75;

    private static readonly TimeSpan LongestAsked = TimeSpan.FromDays(7);

    public int MostAttempts => options.Value.MaxAttempts;

    /// <summary>No lease, and no pause after a failed attempt, is shorter.</summary>
    public TimeSpan Shortest => TimeSpan.FromSeconds(
        new[] { options.Value.MinSeconds, LeastSpread * Math.Min(options.Value.RetrySeconds, options.Value.MaxRetrySeconds) }
            .Concat(options.Value.Types.Select(type => (double)type.Seconds)).Min());

    public int SecondsFor(AvailableTaskType type)
    {
        if (options.Value.Types.Find(own => own.TaskType == type.Type.Id) is { } lease)
            return lease.Seconds;

        var byRuntime = type.Provider.ExpectedRuntime.TotalSeconds * options.Value.RuntimeFactor;
        return (int)Math.Clamp(Math.Ceiling(byRuntime), options.Value.MinSeconds, TimeSpan.SecondsPerDay * 7);
    }

    /// <summary>The pause after a failed attempt: twice as long each time, and spread, so that what failed together is not tried together.</summary>
    /// <param name="attempt">How many attempts there were.</param>
    /// <param name="asked">What the worker asked for; it does not get less.</param>
    public TimeSpan PauseAfter(int attempt, TimeSpan? asked)
    {
        var doubled = options.Value.RetrySeconds * Math.Pow(2, Math.Clamp(attempt - 1, 0, 30));
        var spread = TimeSpan.FromSeconds(Math.Min(doubled, options.Value.MaxRetrySeconds) * (LeastSpread + (random.NextDouble() / 2)));
        var least = asked > LongestAsked ? LongestAsked : asked;
        return least > spread ? least.Value : spread;
    }
}
