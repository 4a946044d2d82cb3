using TaskProcessing.Server.Providers.Local;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>What was found of local providers, in the words of this command.</summary>
internal static class LocalFindings
{
    public static IReadOnlyList<Finding> Of(IReadOnlyList<LocalFinding> found, string nothing) =>
        found.Count == 0
            ? [Finding.Ok(nothing)]
            :
            [
                .. found.Select(finding =>
                    finding.Advice is null ? Finding.Ok(finding.Text)
                    : finding.IsFailure ? Finding.Failed(finding.Text, finding.Advice)
                    : Finding.Warning(finding.Text, finding.Advice)
                ),
            ];
}
