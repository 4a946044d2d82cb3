using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>The length of leases, the number of attempts, and the pauses between them.</summary>
internal sealed class LeaseTerms(IOptions<LeaseOptions> options, Random random)
{
    private const double LeastSpread = 0.75;

    private static readonly TimeSpan LongestAsked = TimeSpan.FromDays(7);

    public int MaxAttempts => options.Value.MaxAttempts;

    /// <summary>No lease, and no pause after a failed attempt, is shorter.</summary>
    public TimeSpan Shortest =>
        TimeSpan.FromSeconds(
            new[] { options.Value.MinSeconds, LeastSpread * Math.Min(options.Value.RetrySeconds, options.Value.MaxRetrySeconds) }
                .Concat(options.Value.Types.Select(type => (double)type.Seconds))
                .Min()
        );

    public int SecondsFor(AvailableTaskType type)
    {
        if (options.Value.Types.Find(own => own.TaskType == type.Type.Id) is { } lease)
            return lease.Seconds;

        var byRuntime = type.Provider.ExpectedRuntime.TotalSeconds * options.Value.RuntimeFactor;
        return (int)Math.Clamp(Math.Ceiling(byRuntime), options.Value.MinSeconds, TimeSpan.SecondsPerDay * 7);
    }

    /// <summary>
    /// The pause after a failed attempt: twice as long each time, and spread, so that tasks that failed together are not
    /// tried together.
    /// </summary>
    /// <param name="attempt">The number of attempts so far.</param>
    /// <param name="asked">The pause that the worker asked for; the result is not shorter.</param>
    public TimeSpan PauseAfter(int attempt, TimeSpan? asked)
    {
        var (first, longest) = (TimeSpan.FromSeconds(options.Value.RetrySeconds), TimeSpan.FromSeconds(options.Value.MaxRetrySeconds));
        var spread = Backoff.After(attempt, first, longest) * (LeastSpread + (random.NextDouble() / 2));
        var least = asked > LongestAsked ? LongestAsked : asked;
        return least > spread ? least.Value : spread;
    }
}
