using Microsoft.Extensions.Diagnostics.HealthChecks;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>Whether the database answers and has the schema that this program needs.</summary>
internal sealed class StoreHealth(StoreMigrator migrator) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await migrator.ListPendingAsync(cancellationToken) is { Count: > 0 } pending
                ? HealthCheckResult.Unhealthy($"The database misses the migrations {string.Join(", ", pending)}; run \"taskprocessing migrate\".")
                : HealthCheckResult.Healthy();
        }
        catch (StoreUnavailableException error)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
