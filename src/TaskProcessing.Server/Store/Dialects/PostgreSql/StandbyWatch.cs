using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// Notices that a write did not wait for the synchronous standby. When the wait is broken off, as by the time limit of a statement,
/// PostgreSQL keeps the change, and confirms it with a warning. A fail-over would lose it, so nobody may be told that it is safe.
/// </summary>
internal sealed class StandbyWatch : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private bool _isAlone;

    public StandbyWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Notice;
    }

    /// <summary>To be called after the commit.</summary>
    /// <exception cref="NpgsqlException">The change is on the primary alone.</exception>
    public void Check()
    {
        if (_isAlone)
            throw new NpgsqlException("the synchronous standby does not confirm changes");
    }

    public void Dispose() => _connection.Notice -= Notice;

    /// <summary>The message itself may be in any language.</summary>
    private void Notice(object? sender, NpgsqlNoticeEventArgs e) => _isAlone |= e.Notice.SqlState is "01000";
}
