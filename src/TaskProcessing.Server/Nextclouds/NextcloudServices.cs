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
        return services;
    }
}
