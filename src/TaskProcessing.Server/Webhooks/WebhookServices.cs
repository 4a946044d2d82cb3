using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Webhooks;

internal static class WebhookServices
{
    /// <summary>All that webhooks need; the dispatcher is started by the serving process alone.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<WebhookKeys>();
        services.AddSingleton<AddressGuard>();
        services.AddSingleton<GuardedConnection>();
        services.AddSingleton<CallReceiver>();
        services.AddSingleton<SendWebhook>();
        services.AddSingleton<RetryTerms>();
        services.AddSingleton<RetryWebhook>();
        services.AddSingleton<WebhookDispatcher>();
        return services;
    }
}
