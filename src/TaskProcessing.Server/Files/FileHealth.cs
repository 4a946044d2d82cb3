using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Files;

/// <summary>Ready while contents can be stored. The check writes only after a write has failed, because the route is public.</summary>
internal sealed class FileHealth(IBlobStore blobs, WriteContent writeContent, Outages outages) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!outages.IsOut(blobs.Location))
            return HealthCheckResult.Healthy();

        try
        {
            using var content = new MemoryStream([0]);
            if (
                await writeContent.RunAsync(content, "probe", maxBytes: 1, checksum: null, cancellationToken)
                is WriteOutcome.Written written
            )
                await writeContent.DiscardAsync(written.Content.Key);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is BlobStoreUnavailableException or StoreUnavailableException)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
