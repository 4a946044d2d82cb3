using TaskProcessing.Server.Providers.Local;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether model endpoints answer, and take the key.</summary>
internal sealed class EndpointCheck : ServiceCheck
{
    public override string Name => "endpoints";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    ) =>
        LocalFindings.Of(
            await services.GetRequiredService<CheckLocalProviders>().RunAsync(LocalPart.Endpoints, cancellationToken),
            "none is set"
        );
}
