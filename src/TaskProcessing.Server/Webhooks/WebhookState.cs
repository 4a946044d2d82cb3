namespace TaskProcessing.Server.Webhooks;

/// <summary>The state of a delivery.</summary>
internal enum WebhookState
{
    /// <summary>It is due, or waits for its next attempt.</summary>
    Waiting,

    /// <summary>A node sends it, and counts as dead when it has not recorded the answer in time.</summary>
    Sending,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>Tried until the end of the time for retries; an operator can retry it.</summary>
    GivenUp,

    /// <summary>It cannot or must not be sent; an operator can retry it when the reason is gone.</summary>
    Refused,
}

internal static class WebhookStateNames
{
    /// <summary>The state in words, for people.</summary>
    public static string Name(this WebhookState state) => state == WebhookState.GivenUp ? "given up" : state.ToString().ToLowerInvariant();
}
