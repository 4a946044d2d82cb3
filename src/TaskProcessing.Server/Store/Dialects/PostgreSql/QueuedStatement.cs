using Npgsql;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>A queued statement and its outcome.</summary>
/// <param name="statement">The statement.</param>
/// <param name="values">Its values, computed when the statement is sent.</param>
/// <param name="row">The id of the task for which it waits while another transaction has it.</param>
internal abstract class QueuedStatement(Statement statement, Func<object?[]> values, long? row)
{
    private object?[] _values = [];

    public long? Row => row;

    /// <summary>Computes the values. False when the caller has cancelled, or when computing the values failed.</summary>
    public bool TryBegin()
    {
        if (!TryBeginWithCaller())
            return false;

        try
        {
            _values = values();
            // A statement that cannot be sent fails alone, before any of the others is sent.
            _ = Command();
            return true;
        }
        catch (Exception error)
        {
            Fail(error);
            return false;
        }
    }

    public NpgsqlBatchCommand Command() => PostgreSqlStatement.Command(statement, _values);

    /// <summary>Reads the rows of the statement and keeps them.</summary>
    public abstract Task ReadAsync(NpgsqlDataReader reader);

    /// <summary>Answers the caller after the commit.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception error);

    /// <summary>False when the caller has cancelled.</summary>
    protected abstract bool TryBeginWithCaller();
}

/// <summary>A queued statement with its type of row.</summary>
internal sealed class QueuedStatement<T>(
    Statement statement,
    Func<object?[]> values,
    Func<IRow, T> read,
    long? row,
    CancellationToken cancellationToken
) : QueuedStatement(statement, values, row)
{
    private readonly QueuedOperation<List<T>> _caller = new(cancellationToken);
    private List<T> _rows = [];

    public Task<List<T>> Answered => _caller.Answered;

    public override async Task ReadAsync(NpgsqlDataReader reader)
    {
        var at = new PostgreSqlStatement.Row(reader);
        _rows = [];
        while (await reader.ReadAsync(CancellationToken.None))
            _rows.Add(read(at));
    }

    public override void Answer() => _caller.Answer(_rows);

    public override void Fail(Exception error) => _caller.Fail(error);

    protected override bool TryBeginWithCaller() => _caller.TryBegin();
}
