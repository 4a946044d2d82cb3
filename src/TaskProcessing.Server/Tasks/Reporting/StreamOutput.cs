using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>
/// Stores the output of a running task so far, at most every half second (in Nextcloud every two). A sooner piece is held
/// back: the next one replaces it, or it is stored when the half second is over. So readers see the last piece before a
/// pause. Progress reports in between do not count, because frequent reports would keep the output from readers.
/// </summary>
internal sealed partial class StreamOutput(ITaskStore tasks, TaskSignal signal, TimeProvider time, ILogger<StreamOutput> logger)
    : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, HeldPiece> _held = [];

    /// <param name="id">The task.</param>
    /// <param name="claim">The worker's claim number; null when it sends none.</param>
    /// <param name="output">A JSON object; its shape is not checked, it may be partial.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, long? claim, JsonElement output, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var change = await tasks.TryStreamOutputAsync(id, claim, output.GetRawText(), now, now - Interval, cancellationToken);
        if (change.Changed)
            signal.RaiseChanged(change.Task!);
        else if (change.Task is { Status: ProcessingStatus.Running } running && running.Counts(claim))
            Hold(id, new Piece(claim ?? running.Claim, output.GetRawText(), now));

        return ReportOutcome.Of(change, claim);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var held in _held.Values)
                held.Timer.Dispose();
            _held.Clear();
        }
    }

    private void Hold(long id, Piece piece)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(id, out var held))
                held.Newest = held.Newest.At > piece.At ? held.Newest : piece;
            else
                _held[id] = new HeldPiece(piece, time.CreateTimer(_ => _ = StoreHeldAsync(id), null, Interval, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>
    /// Stores the piece with the time of its arrival, unless any server has stored a newer one; and unless the task has
    /// ended or belongs to another worker meanwhile.
    /// </summary>
    private async Task StoreHeldAsync(long id)
    {
        Piece piece;
        lock (_lock)
        {
            if (!_held.Remove(id, out var held))
                return;

            held.Timer.Dispose();
            piece = held.Newest;
        }

        try
        {
            var change = await tasks.TryStreamOutputAsync(id, piece.Claim, piece.Output, piece.At, piece.At, CancellationToken.None);
            if (change.Changed)
                signal.RaiseChanged(change.Task!);
        }
        catch (Exception problem)
        {
            // No request waits for this piece, and the worker's next piece or its result replaces it.
            Log.Lost(logger, id, problem);
        }
    }

    private readonly record struct Piece(long Claim, string Output, DateTimeOffset At);

    private sealed class HeldPiece(Piece newest, ITimer timer)
    {
        public Piece Newest { get; set; } = newest;

        public ITimer Timer => timer;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Could not store the last piece of the output of task {TaskId}")]
        public static partial void Lost(ILogger logger, long taskId, Exception problem);
    }
}
