using TaskProcessing.Providers.BuiltIn;
using TaskProcessing.Providers.Commands;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Providers.Commands.ReadyMade;
using TaskProcessing.Providers.OpenAI;

namespace TaskProcessing.Providers;

/// <summary>The entry point of this project: registers the providers that ship with the server.</summary>
internal static class ProviderSources
{
    /// <summary>
    /// Adds the sources. Where no setting decides between two providers of a type, the earlier source counts. The server
    /// must register <see cref="LocalProviderOptions"/>, <see cref="KnownTaskTypes"/>, loggers and a
    /// <see cref="TimeProvider"/>.
    /// </summary>
    public static void AddProviderSources(this IServiceCollection services)
    {
        services.AddSingleton<ILocalProviderSource, CommandProviders>();
        services.AddSingleton<ILocalProviderSource, OpenAISource>();
        services.AddSingleton<ILocalProviderSource, ReadyMadeProviders>();
        services.AddSingleton<ILocalProviderSource, BuiltInProviders>();
        services.AddPrograms();
    }

    /// <summary>Adds what looks whether endpoints and programs are there, without offering anything. Asks for the same.</summary>
    public static void AddProviderChecks(this IServiceCollection services)
    {
        services.AddPrograms();
        services.AddSingleton<EndpointChecks>();
        services.AddSingleton<ProgramChecks>();
    }

    private static void AddPrograms(this IServiceCollection services)
    {
        services.AddSingleton<RunProgram>();
        services.AddSingleton<RunDirectories>();
    }
}
