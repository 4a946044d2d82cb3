using System.Text.Json;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Stores what there is of a running task's output. Pieces that come soon after the last stored one are dropped: the next
/// one replaces them anyway. Progress in between does not count, or frequent reports would keep the output from readers.
/// Nextcloud drops for two seconds; workers send every second (our SDK) or every 0.75 (llm2), and when such a worker
/// pauses, the piece before the pause shall not be one that was dropped.
/// </summary>
internal sealed class StreamOutput(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <param name="id">The task.</param>
    /// <param name="claim">Which claim of it is the worker's; null when it does not say.</param>
    /// <param name="output">A JSON object; its shape is not checked, it may be partial.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, long? claim, JsonElement output, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var change = await tasks.TryStreamOutputAsync(id, claim, output.GetRawText(), now, now - Interval, cancellationToken);
        if (change.Changed)
            signal.RaiseChanged(change.Task!);

        return ReportOutcome.Of(change, claim);
    }
}
