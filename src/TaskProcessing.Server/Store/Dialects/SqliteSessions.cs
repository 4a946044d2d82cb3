using System.Collections.Concurrent;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>Readers, each with a connection for the time of its read, beside one writer.</summary>
internal sealed class SqliteSessions(Func<SqliteSession> open) : Sessions
{
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly SqliteWriter _writer = new(open);

    public override async Task<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        if (!_readers.TryTake(out var session))
            session = open();
        try
        {
            var answer = await read(session);
            _readers.Add(session);
            return answer;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public override Task<T> WriteAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken) =>
        _writer.RunAsync(write, together, cancellationToken);

    public override void Dispose()
    {
        _writer.Dispose();
        foreach (var session in _readers)
            session.Dispose();
    }
}
