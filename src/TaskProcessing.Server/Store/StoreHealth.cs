using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>Whether the database answers, takes what it is given, and has the schema that this program needs.</summary>
internal sealed class StoreHealth(StoreMigrator migrator, IStoreProbe probe, Outages outages) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await migrator.ListPendingAsync(cancellationToken) is { Count: > 0 } pending)
                return HealthCheckResult.Unhealthy($"The database misses the migrations {string.Join(", ", pending)}; run \"taskprocessing migrate\".");

            // A disk that is full or read-only can still be read; written to is only after something failed, as anybody may ask.
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
