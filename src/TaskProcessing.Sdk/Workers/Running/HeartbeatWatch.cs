using System.Text.Json;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>Heartbeats that the server holds until a task is no longer wanted. Nextcloud has no such route, and is asked once.</summary>
/// <param name="report">Sends a report on a task: its route and its body.</param>
/// <param name="wait">The time that the server may hold a heartbeat; zero for none at all.</param>
/// <param name="time">All pauses go by it.</param>
internal sealed class HeartbeatWatch(
    Func<ClaimedTask, string, Action<Utf8JsonWriter>, CancellationToken, ValueTask<ProcessingStatus?>> report,
    TimeSpan wait,
    TimeProvider time
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private volatile bool _isUnknown;

    public async ValueTask<ProcessingStatus?> WhenUnwantedAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        var failing = new Backoff(FirstPause, LongestPause);
        var pause = FirstPause;
        while (true)
        {
            await Task.Delay(_isUnknown || wait <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : pause, time, cancellationToken)
                .ConfigureAwait(false);
            var askedAt = time.GetTimestamp();
            try
            {
                var status = await report(task, "heartbeat", json => json.WriteNumber("wait", (int)wait.TotalSeconds), cancellationToken)
                    .ConfigureAwait(false);
                if (status is null || status.Value.IsFinal())
                    return status;

                // A server that stops answers early; one that is asked at once again would be asked without end.
                pause = time.GetElapsedTime(askedAt) < FirstPause ? failing.Next() : TimeSpan.Zero;
                if (pause == TimeSpan.Zero)
                    failing.Reset();
            }
            catch (OcsException exception) when (exception.Silence is null && IsFinal(exception))
            {
                _isUnknown |= exception.Kind == OcsErrorKind.NotFound;
                pause = Timeout.InfiniteTimeSpan;
            }
            catch (OcsException exception)
            {
                pause = failing.Next(exception.RetryAfter);
            }
        }
    }

    private static bool IsFinal(OcsException exception) =>
        exception.Kind is OcsErrorKind.NotFound or OcsErrorKind.InvalidInput or OcsErrorKind.NotAvailable;
}
