using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Wakes the dispatcher of this process when there may be something to send.</summary>
internal sealed class WebhookSignal : AsyncSignal;
