using TaskProcessing.Providers;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>Looks whether what local providers work with is there: endpoints and programs.</summary>
internal sealed class CheckLocalProviders(EndpointChecks endpoints, ProgramChecks programs)
{
    public async Task<IReadOnlyList<LocalFinding>> RunAsync(LocalPart part, CancellationToken cancellationToken)
    {
        var found = part == LocalPart.Endpoints ? await endpoints.RunAsync(cancellationToken) : await programs.RunAsync(cancellationToken);
        return [.. found.Select(finding => new LocalFinding(finding.Text, finding.Advice, finding.IsFailure))];
    }
}

/// <summary>A kind of things that local providers work with.</summary>
internal enum LocalPart
{
    Endpoints,
    Programs,
}

/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it; null when all is well.</param>
/// <param name="IsFailure">Whether tasks cannot be worked on because of it.</param>
internal sealed record LocalFinding(string Text, string? Advice, bool IsFailure);
