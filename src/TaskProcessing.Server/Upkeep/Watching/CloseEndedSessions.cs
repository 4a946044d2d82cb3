using TaskProcessing.Server.Accounts.Connections;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Closes event streams and long polls of sessions whose time is over. Nothing changes in the database then, so no change tells of it.
/// </summary>
internal sealed class CloseEndedSessions(HeldConnections connections, TimeProvider time) : IPeriodicJob
{
    public string Purpose => "close what ended sessions hold open";

    public TimeSpan Interval => TimeSpan.FromSeconds(5);

    public Task RunAsync(CancellationToken cancellationToken)
    {
        connections.RevokeEnded(time.GetUtcNow());
        return Task.CompletedTask;
    }
}
