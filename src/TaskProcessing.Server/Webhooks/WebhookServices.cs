using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Webhooks;

internal static class WebhookServices
{
    /// <summary>All that webhooks need; a serving process starts the dispatcher.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<WebhookKeys>();
        services.AddSingleton<AddressGuard>();
        services.AddSingleton(provider => new GuardedConnection(
            provider.GetRequiredService<AddressGuard>().Allows,
            "Webhooks:AllowedTargets"
        ));
        services.AddSingleton<CallReceiver>();
        services.AddSingleton<SendWebhook>();
        services.AddSingleton<RetryTerms>();
        services.AddSingleton<RetryWebhook>();
        services.AddSingleton<WebhookDispatcher>();
        return services;
    }

    /// <summary>Has a serving process deliver webhooks.</summary>
    public static IServiceCollection AddWebhookDispatcher(this IServiceCollection services) =>
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
}
