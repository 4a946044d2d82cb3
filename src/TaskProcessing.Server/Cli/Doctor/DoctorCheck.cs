using TaskProcessing.Server.Store;

namespace TaskProcessing.Server.Cli.Doctor;

/// <summary>Looks at one part of an installation. It changes nothing that lasts.</summary>
internal abstract class DoctorCheck
{
    /// <summary>One word.</summary>
    public abstract string Name { get; }

    /// <returns>What was found, good and bad; at least one thing. What it throws counts as a failure of the part.</returns>
    /// <param name="patient">What is looked at.</param>
    /// <param name="cancellationToken">Ends when the check has had its time.</param>
    public abstract Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken);
}

/// <summary>A check that asks the server's own parts, so it needs settings that can be read.</summary>
internal abstract class ServiceCheck : DoctorCheck
{
    public sealed override async Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken) =>
        patient.Services is { } services
            ? await RunAsync(patient, services, cancellationToken)
            : [Finding.NotChecked("the settings are wrong")];

    protected abstract Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    );
}

/// <summary>A check that reads the database, so it needs one with the current schema.</summary>
internal abstract class DatabaseCheck : ServiceCheck
{
    protected sealed override async Task<IReadOnlyList<Finding>> RunAsync(
        Patient patient,
        IServiceProvider services,
        CancellationToken cancellationToken
    ) =>
        await patient.LookAtDatabaseAsync(cancellationToken) switch
        {
            { State: SchemaState.Missing } => [Finding.Ok("nothing to look at, as there is no database yet")],
            { Obstacle: { } obstacle } => [Finding.NotChecked(obstacle)],
            _ => await RunAsync(services, cancellationToken),
        };

    protected abstract Task<IReadOnlyList<Finding>> RunAsync(IServiceProvider services, CancellationToken cancellationToken);
}
