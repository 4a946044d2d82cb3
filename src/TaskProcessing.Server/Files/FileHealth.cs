using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Files;

/// <summary>Ready while contents can be stored. The check writes only after a write has failed, because the route is public.</summary>
internal sealed class FileHealth(IBlobStore blobs, TrialContent trial, Outages outages) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!outages.IsOut(blobs.Location))
            return HealthCheckResult.Healthy();

        try
        {
            await trial.RunAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (BlobStoreUnavailableException error)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
