using TaskProcessing.Server.Accounts.Rates;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes counts of calls that no limit looks at any more.</summary>
internal sealed class RemoveExpiredCounts(IRateCounter rates) : IMaintenanceJob
{
    public string Name => "remove expired counts";

    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public Task RunAsync(CancellationToken cancellationToken) => rates.RemoveExpiredAsync(cancellationToken);
}
