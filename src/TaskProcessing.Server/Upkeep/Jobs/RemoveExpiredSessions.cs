using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes sessions and login flows that have ended.</summary>
internal sealed class RemoveExpiredSessions(
    ISessionStore sessions,
    ILoginFlowStore loginFlows,
    IOptions<SessionOptions> options,
    TimeProvider time
) : IMaintenanceJob
{
    public string Name => "remove expired sessions";

    public TimeSpan Interval => MaintenanceInterval.For(TimeSpan.FromHours(options.Value.Hours));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await sessions.ForgetAsync(now, cancellationToken);
        await loginFlows.ForgetAsync(now, cancellationToken);
    }
}
