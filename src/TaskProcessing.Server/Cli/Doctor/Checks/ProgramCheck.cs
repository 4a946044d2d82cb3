using TaskProcessing.Server.Providers.Local;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether the programs that serve task types are installed, and in which version.</summary>
internal sealed class ProgramCheck : ServiceCheck
{
    public override string Name => "programs";

    protected override async Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    ) =>
        LocalFindings.Of(
            await services.GetRequiredService<CheckLocalProviders>().RunAsync(LocalPart.Programs, cancellationToken),
            "none is wanted"
        );
}
