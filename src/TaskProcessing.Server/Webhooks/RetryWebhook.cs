namespace TaskProcessing.Server.Webhooks;

/// <summary>Has a delivery tried again at once, as an operator wishes.</summary>
internal sealed class RetryWebhook(IWebhookStore webhooks, WebhookSignal webhookSignal, TimeProvider time)
{
    public async Task<RetryOutcome> RunAsync(string id, CancellationToken cancellationToken)
    {
        if (await webhooks.TryRetryAsync(id, time.GetUtcNow(), cancellationToken))
        {
            webhookSignal.Set();
            return new RetryOutcome.Due();
        }

        return await webhooks.FindAsync(id, cancellationToken) switch
        {
            null => new RetryOutcome.NotFound(),
            { State: WebhookState.Delivered } => new RetryOutcome.Delivered(),
            _ => new RetryOutcome.UnderWay(),
        };
    }
}

/// <summary>The result of <see cref="RetryWebhook"/>.</summary>
internal abstract record RetryOutcome
{
    private RetryOutcome() { }

    /// <summary>It is sent next.</summary>
    public sealed record Due : RetryOutcome;

    /// <summary>There is no such delivery.</summary>
    public sealed record NotFound : RetryOutcome;

    /// <summary>It was delivered already.</summary>
    public sealed record Delivered : RetryOutcome;

    /// <summary>It is being sent at this moment, or already due.</summary>
    public sealed record UnderWay : RetryOutcome;
}
