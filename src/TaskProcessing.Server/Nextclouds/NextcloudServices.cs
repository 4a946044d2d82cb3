using TaskProcessing.Server.Nextclouds.Connecting;

namespace TaskProcessing.Server.Nextclouds;

internal static class NextcloudServices
{
    /// <summary>The Nextclouds whose tasks are worked on here.</summary>
    public static IServiceCollection AddNextclouds(this IServiceCollection services)
    {
        services.AddSingleton<NextcloudSecrets>();
        services.AddSingleton<NextcloudDirectory>();
        services.AddSingleton<NextcloudSignal>();
        services.AddSingleton<NextcloudClients>();
        services.AddSingleton<OfferedProviders>();
        services.AddSingleton<NoteContact>();
        services.AddSingleton<RecognizeNextcloud>();
        services.AddSingleton<ReadNextcloud>();
        services.AddSingleton<RegisterOffer>();
        services.AddSingleton<EnableThere>();
        services.AddSingleton<KeepOffer>();
        services.AddSingleton<AddNextcloud>();
        services.AddSingleton<ApplyNextcloudSettings>();
        services.AddSingleton<ChangeNextcloud>();
        services.AddSingleton<CheckNextcloud>();
        services.AddSingleton<ListNextclouds>();
        return services;
    }

    /// <summary>The background work for Nextclouds, in a serving process.</summary>
    public static IServiceCollection AddNextcloudBackground(this IServiceCollection services)
    {
        services.AddHostedService<NextcloudRunner>();
        return services;
    }
}
