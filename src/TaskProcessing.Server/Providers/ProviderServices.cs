using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers;

internal static class ProviderServices
{
    /// <summary>Provider apps, their registrations, and the choice of a provider for each task type.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services.AddSingleton<CurrentTaskTypes>();
        services.AddSingleton<AvailableTaskTypes>();
        services.AddSingleton<RegisterProvider>();
        services.AddSingleton<UnregisterProvider>();
        services.AddSingleton<ListProviders>();
        services.AddSingleton<PreferProvider>();
        services.AddSingleton<EnableProvider>();

        services.AddSingleton<ExAppSecrets>();
        services.AddSingleton<ExAppDirectory>();
        services.AddSingleton<AddExApp>();
        services.AddSingleton<RotateExAppSecret>();
        services.AddSingleton<RevokeExAppSecret>();
        services.AddSingleton<ListExApps>();
        services.AddSingleton<EnableExApp>();
        services.AddSingleton<CheckExApp>();
        services.AddSingleton<CallExApp>();
        services.AddSingleton<StepExApp>();
        services.AddSingleton<ReportInitProgress>();
        services.AddSingleton<KeepExAppSettings>();

        services.AddSingleton<ExAppPresence>();
        services.AddSingleton<ExAppPresenceKeeper>();
        services.AddSingleton<ExAppLifeCycle>();
        services.AddSingleton<TriggerProviders>();
        return services;
    }

    /// <summary>The background work for provider apps, in a serving process.</summary>
    public static IServiceCollection AddExAppBackground(this IServiceCollection services)
    {
        services.AddHostedService(provider => provider.GetRequiredService<ExAppLifeCycle>());
        services.AddHostedService(provider => provider.GetRequiredService<ExAppPresenceKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<TriggerProviders>());
        return services;
    }
}
