using TaskProcessing.Server.Providers.BuiltIn;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Providers.Commands;
using TaskProcessing.Server.Providers.Commands.Programs;
using TaskProcessing.Server.Providers.Commands.ReadyMade;
using TaskProcessing.Server.Providers.OpenAI;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>What a running server needs to serve task types itself.</summary>
internal static class LocalProviderServices
{
    /// <summary>The sources, the first before the others where nothing else says which provider serves a type.</summary>
    public static void AddLocalProviders(this IServiceCollection services)
    {
        services.AddSingleton<ILocalProviderSource, CommandProviders>();
        services.AddSingleton<ILocalProviderSource, OpenAISource>();
        services.AddSingleton<ILocalProviderSource, ReadyMadeProviders>();
        services.AddSingleton<ILocalProviderSource, BuiltInProviders>();
        services.AddSingleton<RunProgram>();
        services.AddSingleton<RunDirectories>();
        services.AddSingleton<LocalProviders>();
        services.AddSingleton<LocalWorkSource>();
        services.AddHostedService<LocalWorker>();
        services.AddHostedService<LocalProviderRecorder>();
    }
}
