using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Webhooks;

/// <summary>When a delivery that failed is tried again, and when no more.</summary>
internal sealed class RetryTerms(IOptions<WebhookOptions> options, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(3);

    /// <summary>
    /// The pause is twice as long each time, and spread, so that what failed together does not come back together. The last
    /// attempt is at the very end.
    /// </summary>
    /// <returns>Null when there were enough.</returns>
    public DateTimeOffset? NextAttempt(WebhookDelivery failed, DateTimeOffset now)
    {
        var end = failed.RetriedSince.AddHours(options.Value.RetryHours);
        if (now >= end)
            return null;

        var doubled = FirstPause * Math.Pow(2, Math.Clamp(failed.Attempts - 1, 0, 30));
        var next = now + ((doubled < LongestPause ? doubled : LongestPause) * (0.75 + (random.NextDouble() / 4)));
        return next < end ? next : end;
    }
}
