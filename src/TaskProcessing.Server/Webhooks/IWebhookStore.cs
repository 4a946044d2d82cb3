namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// The outbox of webhooks, which is also their log. A delivery is stored by the change that ends its task, see
/// <see cref="Tasks.ITaskStore"/>. Every method is safe for several nodes at once, and its answer is durable.
/// </summary>
internal interface IWebhookStore
{
    /// <summary>True when a delivery is due; reads one index entry.</summary>
    Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes up to <paramref name="count"/> due deliveries to send them, the longest due first: one statement, two callers
    /// never get the same. Each counts one attempt more and is due again, on any node, at <paramref name="leaseUntil"/>.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="perTarget">At most so many of one target.</param>
    /// <param name="except">Targets that get nothing more now.</param>
    /// <param name="now">The time of the claim.</param>
    /// <param name="leaseUntil">The time when the sending node counts as dead.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was made stays made.</param>
    Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(
        int count,
        int perTarget,
        IReadOnlyCollection<string> except,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Records the outcome of an attempt. False when the delivery is no longer the caller's: its lease was over and another node took it.
    /// </summary>
    Task<bool> TryRecordAsync(WebhookDelivery claimed, AttemptResult result, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The newest deliveries, the newest first.</summary>
    Task<IReadOnlyList<WebhookDelivery>> ListAsync(bool failedOnly, int limit, CancellationToken cancellationToken);

    /// <summary>How many deliveries have not ended.</summary>
    Task<int> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>The deliveries that have not reached their receivers.</summary>
    /// <param name="limit">How many of each kind to list.</param>
    /// <param name="most">Where counting stops.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<WebhookBacklog> ReadBacklogAsync(int limit, int most, CancellationToken cancellationToken);

    Task<WebhookDelivery?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a delivery due at once, with the whole time for retries before it, unless it was delivered or is being sent.
    /// </summary>
    /// <returns>True when it is due now.</returns>
    Task<bool> TryRetryAsync(string id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes deliveries that ended before then, oldest first; answers how many.</summary>
    Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>The stored key of the signatures, encrypted; of several that are added at once one stays.</summary>
    /// <param name="candidate">The key to store when there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string> GetOrAddKeyAsync(string candidate, CancellationToken cancellationToken);
}

/// <summary>The result of an attempt.</summary>
/// <param name="State">The new state of the delivery.</param>
/// <param name="NextAttemptAt">The time of the next attempt, if it waits for one.</param>
/// <param name="Status">The status of the receiver's answer, if there was one.</param>
/// <param name="Problem">The error, if there was one.</param>
internal sealed record AttemptResult(WebhookState State, DateTimeOffset? NextAttemptAt, int? Status, string? Problem);
