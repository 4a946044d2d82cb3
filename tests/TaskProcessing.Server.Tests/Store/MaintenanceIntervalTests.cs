using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>What is kept for a short time goes in a short time.</summary>
public sealed class MaintenanceIntervalTests
{
    [Theory]
    [InlineData("remove expired tasks", "Retention:CancelledDays", "0.001", 86.4)]
    [InlineData("remove expired tasks", "Retention:CancelledDays", "0", 600)]
    [InlineData("remove old webhooks", "Webhooks:KeepDays", "0.001", 86.4)]
    [InlineData("remove old webhooks", "Webhooks:KeepDays", "0", 600)]
    [InlineData("remove expired idempotency keys", "Queue:IdempotencyHours", "0.05", 180)]
    [InlineData("remove expired idempotency keys", "Queue:IdempotencyHours", "0", 600)]
    [InlineData("remove expired sessions", "Sessions:Hours", "0.05", 180)]
    [InlineData("remove expired sessions", "Sessions:Hours", "5", 600)]
    public async Task A_job_runs_as_often_as_what_it_removes_is_kept_and_every_ten_minutes_at_least(
        string job,
        string setting,
        string value,
        double seconds
    )
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { [setting] = value });

        server
            .Get<IEnumerable<IMaintenanceJob>>()
            .Single(one => one.Name == job)
            .Interval.TotalSeconds.Should()
            .BeApproximately(seconds, 0.001);
    }
}
