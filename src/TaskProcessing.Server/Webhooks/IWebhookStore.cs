namespace TaskProcessing.Server.Webhooks;

/// <summary>
/// The outbox of webhooks, which is also their log. Deliveries come in with the change that ends their task, see
/// <see cref="Tasks.ITaskStore"/>. Every method is safe for several nodes at once, and what it has answered is durable.
/// </summary>
internal interface IWebhookStore
{
    /// <summary>Whether a delivery is due; one read of an index.</summary>
    Task<bool> AnyDueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Takes up to <paramref name="count"/> due deliveries to send them, the longest due first: one statement, two callers
    /// never get the same. Each is counted as one attempt more and is due again, for anybody, at <paramref name="leaseUntil"/>.
    /// </summary>
    /// <param name="count">At least 1.</param>
    /// <param name="perTarget">At most so many of one target.</param>
    /// <param name="except">Targets that get nothing more now.</param>
    /// <param name="now">The time of the claim.</param>
    /// <param name="leaseUntil">When whoever took them counts as dead.</param>
    /// <param name="cancellationToken">Ends the wait; a claim that was made stays made.</param>
    Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(
        int count, int perTarget, IReadOnlyCollection<string> except, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>Notes what became of an attempt. False when it is no longer the caller's: its lease was over and somebody else took it.</summary>
    Task<bool> TryRecordAsync(WebhookDelivery claimed, AttemptResult result, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The newest deliveries, the newest first.</summary>
    Task<IReadOnlyList<WebhookDelivery>> ListAsync(bool failedOnly, int limit, CancellationToken cancellationToken);

    Task<WebhookDelivery?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Makes a delivery due at once, with the whole time for retries before it, unless it was delivered or is being sent.</summary>
    /// <returns>Whether it is due now.</returns>
    Task<bool> TryRetryAsync(string id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes deliveries that ended before then, oldest first; answers how many.</summary>
    Task<int> DeleteOldAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>The stored key of the signatures, encrypted; of several that are added at once one stays.</summary>
    /// <param name="candidate">What is stored when there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string> GetOrAddKeyAsync(string candidate, CancellationToken cancellationToken);
}

/// <summary>What became of an attempt.</summary>
/// <param name="State">What the delivery is now.</param>
/// <param name="NextAttemptAt">When it is due again, if it waits.</param>
/// <param name="Status">What the receiver answered, if it did.</param>
/// <param name="Problem">What went wrong, if anything did.</param>
internal sealed record AttemptResult(WebhookState State, DateTimeOffset? NextAttemptAt, int? Status, string? Problem);
