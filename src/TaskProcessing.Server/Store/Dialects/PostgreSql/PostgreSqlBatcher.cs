using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// Sends all queued statements in one message, which the server commits as one transaction. Statements that arrive meanwhile form
/// the next batch. A single statement does not wait for others. See docs/adr/0002.
/// </summary>
/// <remarks>
/// Statements that lock a row are sent in the order of its id, so that no two transactions of any process deadlock.
/// </remarks>
/// <param name="connectionString">Of its connection, which is not the pool's.</param>
/// <param name="settings">The statement that a batch begins with, for a connection that is not always the same; else null.</param>
/// <param name="writes">True when a statement must not run twice.</param>
/// <param name="metrics">Counts commits.</param>
internal sealed class PostgreSqlBatcher(string connectionString, string? settings, bool writes, TaskMetrics metrics) : IDisposable
{
    /// <summary>The limit bounds how long a batch holds its row locks.</summary>
    private const int LargestBatch = 200;

    /// <summary>The number of times that a statement is sent that PostgreSQL breaks off for the sake of others.</summary>
    private const int Tries = 5;

    private readonly Lock _lock = new();
    private readonly Queue<QueuedStatement> _waiting = new();
    private readonly PostgreSqlLink _link = new(connectionString);
    private bool _stopping;

    /// <summary>Completed while the batcher is idle; null before its first statement.</summary>
    private TaskCompletionSource? _idle;

    public Task<List<T>> RunAsync<T>(
        Statement statement,
        Func<object?[]> values,
        Func<IRow, T> read,
        long? row,
        CancellationToken cancellationToken
    )
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<List<T>>(cancellationToken);

        var pending = new QueuedStatement<T>(statement, values, read, row, cancellationToken);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Enqueue(pending);
            if (_idle is { Task.IsCompleted: false })
                return pending.Answered;

            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // Without the context of the request that happens to be the first: what follows is not of its trace.
        using (ExecutionContext.SuppressFlow())
            _ = WorkAsync();
        return pending.Answered;
    }

    /// <summary>Refuses further statements and returns when the last queued one is answered.</summary>
    public void Dispose()
    {
        lock (_lock)
            _stopping = true;

        _idle?.Task.GetAwaiter().GetResult();
        _link.Dispose();
    }

    private async Task WorkAsync()
    {
        var batch = new List<QueuedStatement>();
        while (TakeWaiting(batch))
        {
            // A stable sort: several statements for one task keep their order.
            await RunAsync([.. batch.OrderBy(pending => pending.Row)]);
            batch.Clear();
        }
    }

    /// <returns>False when nothing is queued; the next statement starts the loop again.</returns>
    private bool TakeWaiting(List<QueuedStatement> batch)
    {
        // Computing the values of a statement may queue another one, which joins the batch.
        while (batch.Count < LargestBatch && TryDequeue(orRest: batch.Count == 0, out var pending))
        {
            if (pending.TryBegin())
                batch.Add(pending);
        }

        return batch.Count > 0;
    }

    private bool TryDequeue(bool orRest, [NotNullWhen(true)] out QueuedStatement? pending)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out pending))
                return true;
            if (orRest)
                _idle!.SetResult();
            return false;
        }
    }

    private async Task RunAsync(IReadOnlyList<QueuedStatement> batch, int tries = Tries)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await SendAsync(batch);
        }
        catch (PostgresException error) when (batch.Count > 1 && error.InvariantSeverity == "ERROR")
        {
            // One statement failed and the whole batch was rolled back: send each statement by itself.
            _link.Dispose();
            foreach (var pending in batch)
                await RunAsync([pending]);
            return;
        }
        catch (PostgresException error) when (tries > 1 && PostgreSqlErrors.IsToBeRepeated(error))
        {
            await RunAsync(batch, tries - 1);
            return;
        }
        catch (Exception error)
        {
            // Also after an error of the statement itself: see PostgreSqlErrors.ClearPoolAfter.
            _link.Dispose();
            foreach (var pending in batch)
                pending.Fail(error);
            return;
        }

        foreach (var pending in batch)
            pending.Answer();
        if (writes)
            metrics.Committed(batch.Count, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>A connection that turns out dead is replaced where nothing can have happened yet, or may happen twice.</summary>
    private async Task SendAsync(IReadOnlyList<QueuedStatement> batch)
    {
        var isUsed = _link.IsUsed;
        var connection = writes ? await _link.OpenToWriteAsync() : await _link.OpenAsync();
        var isAnswered = false;
        try
        {
            await SendAsync(connection);
        }
        catch (Exception error)
            when (isUsed && PostgreSqlErrors.IsCut(error) && (!writes || (!isAnswered && PostgreSqlErrors.MeansNothingHappened(error))))
        {
            _link.Dispose();
            await SendAsync(await _link.OpenAsync());
        }

        _link.Answered();

        async Task SendAsync(NpgsqlConnection connection)
        {
            using var standby = new StandbyWatch(connection);
            await using var commands = new NpgsqlBatch(connection);
            if (settings is not null)
                commands.BatchCommands.Add(new NpgsqlBatchCommand(settings));
            foreach (var pending in batch)
                commands.BatchCommands.Add(pending.Command());

            // The server commits the batch after its last statement, and confirms that before the reader ends.
            await using var reader = await commands.ExecuteReaderAsync(CancellationToken.None);
            isAnswered = true;
            if (settings is not null)
                await reader.NextResultAsync(CancellationToken.None);
            foreach (var pending in batch)
            {
                await pending.ReadAsync(reader);
                await reader.NextResultAsync(CancellationToken.None);
            }

            standby.Check();
        }
    }
}
