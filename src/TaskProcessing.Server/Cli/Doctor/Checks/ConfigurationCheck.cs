namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether every setting is known and has a value that fits.</summary>
internal sealed class ConfigurationCheck : DoctorCheck
{
    public override string Name => "configuration";

    public override Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>(
            patient.Problems.Count > 0
                ? [.. patient.Problems.Select(problem => Finding.Failed(problem, "correct it; docs/configuration.md lists all settings"))]
                :
                [
                    Finding.Ok(
                        $"{patient.Configuration.AsEnumerable().Count(setting => setting.Value is not null)} settings, all understood"
                    ),
                ]
        );
}
