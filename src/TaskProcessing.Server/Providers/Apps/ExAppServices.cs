using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

internal static class ExAppServices
{
    /// <summary>All that deals with provider apps as programs; what of it runs in the background is started by the serving process alone.</summary>
    public static IServiceCollection AddExApps(this IServiceCollection services)
    {
        services.AddSingleton<ExAppPresence>();
        services.AddSingleton<ExAppPresenceKeeper>();
        services.AddSingleton<CallExApp>();
        services.AddSingleton<StepExApp>();
        services.AddSingleton<ExAppLifeCycle>();
        services.AddSingleton<TriggerProviders>();
        services.AddSingleton<EnableExApp>();
        services.AddSingleton<CheckExApp>();
        services.AddSingleton<ReportInitProgress>();
        services.AddSingleton<KeepExAppSettings>();
        return services;
    }
}
