using System.Diagnostics.CodeAnalysis;
using Npgsql;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// Statements that need no transaction of their own travel together: whatever waits goes to the server in one message and
/// commits as one transaction, while the next ones gather. A lonely statement waits for nobody. See docs/adr/0002.
/// </summary>
/// <remarks>
/// Those that wait for a row that another transaction has go in the order of their ids, so that two such transactions,
/// of this process or of others, never wait for each other crosswise.
/// </remarks>
internal sealed class PostgreSqlLane(string connectionString) : IDisposable
{
    /// <summary>How long others may have to wait for the rows of one transaction is a matter of how many statements it has.</summary>
    private const int LargestBatch = 200;

    private readonly Lock _lock = new();
    private readonly Queue<PendingStatement> _waiting = new();
    private bool _stopping;

    /// <summary>Completed when it has nothing to do; null when it never had.</summary>
    private TaskCompletionSource? _idle;
    private NpgsqlConnection? _connection;

    public Task<List<T>> RunAsync<T>(Statement statement, Func<object?[]> values, Func<IRow, T> read, long? row, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<List<T>>(cancellationToken);

        var pending = new PendingStatement<T>(statement, values, read, row, cancellationToken);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Enqueue(pending);
            if (_idle is { Task.IsCompleted: false })
                return pending.Answered;

            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = WorkAsync();
        return pending.Answered;
    }

    /// <summary>Takes no more statements and ends when the last one is answered.</summary>
    public void Dispose()
    {
        lock (_lock)
            _stopping = true;

        _idle?.Task.GetAwaiter().GetResult();
        Disconnect();
    }

    private async Task WorkAsync()
    {
        var batch = new List<PendingStatement>();
        while (TakeWaiting(batch))
        {
            // Stable: of several for one task the first stays the first.
            await RunAsync([.. batch.OrderBy(pending => pending.Row)]);
            batch.Clear();
        }
    }

    /// <returns>False when nothing waits; whoever comes next begins to work anew.</returns>
    private bool TakeWaiting(List<PendingStatement> batch)
    {
        // To begin with one may bring another, which goes along.
        while (batch.Count < LargestBatch && TryDequeue(orRest: batch.Count == 0, out var pending))
        {
            if (pending.TryBegin())
                batch.Add(pending);
        }

        return batch.Count > 0;
    }

    private bool TryDequeue(bool orRest, [NotNullWhen(true)] out PendingStatement? pending)
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

    private async Task RunAsync(IReadOnlyList<PendingStatement> batch)
    {
        try
        {
            await SendAsync(batch);
        }
        catch (PostgresException error) when (batch.Count > 1 && error.InvariantSeverity == "ERROR")
        {
            // One of them is wrong, and nothing of what was sent has happened: each for itself.
            foreach (var pending in batch)
                await RunAsync([pending]);
            return;
        }
        catch (Exception error)
        {
            // After an error of the statement itself the connection is as good as before.
            if (error is not PostgresException { InvariantSeverity: "ERROR" })
                Disconnect();
            foreach (var pending in batch)
                pending.Fail(error);
            return;
        }

        foreach (var pending in batch)
            pending.Answer();
    }

    private async Task SendAsync(IReadOnlyList<PendingStatement> batch)
    {
        if (_connection is null)
        {
            _connection = new NpgsqlConnection(connectionString);
            await _connection.OpenAsync(CancellationToken.None);
        }

        await using var commands = new NpgsqlBatch(_connection);
        foreach (var pending in batch)
            commands.BatchCommands.Add(pending.Command());

        // The server commits what is sent together once all of it has run, and says so before the reader comes to its end.
        await using var reader = await commands.ExecuteReaderAsync(CancellationToken.None);
        foreach (var pending in batch)
        {
            await pending.ReadAsync(reader);
            await reader.NextResultAsync(CancellationToken.None);
        }
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
