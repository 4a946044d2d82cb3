using Microsoft.Extensions.Options;
using TaskProcessing.Providers;
using TaskProcessing.Providers.Commands;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>The services with which a running server serves task types itself.</summary>
internal static class LocalProviderServices
{
    public static void AddLocalProviders(this IServiceCollection services)
    {
        services.AddSingleton<IOptions<LocalProviderOptions>>(provider => provider.GetRequiredService<IOptions<ProviderOptions>>());
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TaskTypeOptions>>().Value.ToKnownTypes());
        services.AddProviderSources();
        services.AddSingleton<LocalProviders>();
        services.AddSingleton<LocalWorkSource>();
        services.AddHostedService<LocalWorker>();
        services.AddHostedService<LocalProviderRecorder>();
    }

    /// <summary>The checks of endpoints and programs, for commands.</summary>
    public static void AddLocalProviderChecks(this IServiceCollection services)
    {
        services.AddSingleton<IOptions<LocalProviderOptions>>(provider => provider.GetRequiredService<IOptions<ProviderOptions>>());
        services.AddProviderChecks();
        services.AddSingleton<CheckLocalProviders>();
    }

    /// <summary>The types that exist without registrations, in the types of the SDK.</summary>
    public static KnownTaskTypes ToKnownTypes(this TaskTypeOptions options) =>
        new(
            options
                .OwnTypes()
                .Select(type => new KnownTaskType(
                    new TaskTypeDescriptor(type.Id, type.Name, type.Description, type.InputShape, type.OutputShape),
                    type.IsFreeForm
                ))
        );
}
