using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>Checks that the database answers, accepts writes, and has the schema that this program needs.</summary>
internal sealed class StoreHealth(StoreMigrator migrator, IStoreProbe probe, Outages outages) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await migrator.ListPendingAsync(cancellationToken) is { Count: > 0 } pending)
                return HealthCheckResult.Unhealthy(
                    $"The database misses the migrations {string.Join(", ", pending)}; run \"taskprocessing migrate\"."
                );

            // A full or read-only disk can still be read. The check writes only after a write has failed, because the route is public.
            if (outages.IsOut(migrator.Location))
                await probe.WriteAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreUnavailableException error)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
