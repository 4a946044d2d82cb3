using Npgsql;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>A statement that waits for a lane, and what came of it.</summary>
/// <param name="statement">The statement.</param>
/// <param name="values">Its values, asked for when its turn has come.</param>
/// <param name="row">The id of the task for which it waits while another transaction has it.</param>
internal abstract class PendingStatement(Statement statement, Func<object?[]> values, long? row)
{
    private object?[] _values = [];

    public long? Row => row;

    /// <summary>Asks for the values. False when the caller has left, or has heard that there are none.</summary>
    public bool TryBegin()
    {
        if (!TryBeginWithCaller())
            return false;

        try
        {
            _values = values();
            return true;
        }
        catch (Exception error)
        {
            Fail(error);
            return false;
        }
    }

    public NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(PostgreSqlStatement.TextOf(statement));
        PostgreSqlStatement.AddValues(command.Parameters, statement, _values);
        return command;
    }

    /// <summary>Reads what the statement returned and keeps it.</summary>
    public abstract Task ReadAsync(NpgsqlDataReader reader);

    /// <summary>It is committed: tells the caller.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception error);

    /// <summary>False when the caller has left.</summary>
    protected abstract bool TryBeginWithCaller();
}

/// <summary>As its base, for one kind of row.</summary>
internal sealed class PendingStatement<T>(Statement statement, Func<object?[]> values, Func<IRow, T> read, long? row, CancellationToken cancellationToken)
    : PendingStatement(statement, values, row)
{
    private readonly WaitingCaller<List<T>> _caller = new(cancellationToken);
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
