using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Server.Webhooks;

/// <summary>The time of the next attempt of a failed delivery, or the end of its attempts.</summary>
internal sealed class RetryTerms(IOptions<WebhookOptions> options, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>No attempt is put off for longer.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(3);

    /// <summary>
    /// The bounds of a pause that the receiver asks for: it may neither have us call at once for ever nor have us forget
    /// the delivery.
    /// </summary>
    private static readonly TimeSpan ShortestRequested = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The pause doubles each time and is spread, so that deliveries that failed together are not sent together. The last
    /// attempt is at the very end. A pause that the receiver asked for counts instead, up to our longest pause, and is
    /// made a little longer for some deliveries, because a receiver asks many for the same pause.
    /// </summary>
    /// <param name="failed">The delivery.</param>
    /// <param name="now">The time of the failure.</param>
    /// <param name="wanted">The pause that the receiver asked for.</param>
    /// <returns>Null when there were enough.</returns>
    public DateTimeOffset? NextAttempt(WebhookDelivery failed, DateTimeOffset now, TimeSpan? wanted = null)
    {
        var end = failed.RetriedSince.AddHours(options.Value.RetryHours);
        if (now >= end)
            return null;

        var next = wanted is { } wish
            ? now
                + (
                    TimeSpan.FromTicks(Math.Clamp(wish.Ticks, ShortestRequested.Ticks, LongestPause.Ticks))
                    * (1 + (random.NextDouble() / 10))
                )
            : now + (Backoff.After(failed.Attempts, FirstPause, LongestPause) * (0.75 + (random.NextDouble() / 4)));
        return next < end ? next : end;
    }
}
