using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>A connection in the hands of one caller, with the statements that stay prepared on it.</summary>
internal abstract class Session
{
    /// <summary>The same connection for EF Core: for whatever is not asked for thousands of times a second.</summary>
    public abstract TaskDbContext Context { get; }

    /// <summary>Runs a statement and reads every row that it returns.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">A value for each of its places: text, long, int, double, bool or null.</param>
    /// <param name="read">Makes something of a row.</param>
    public abstract ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read);

    /// <summary>Runs a statement that returns the tasks it has changed.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">As for <see cref="QueryAsync"/>.</param>
    /// <param name="read">Makes a task, as it is stored now, of a row.</param>
    public async ValueTask<List<ProcessingTask>> ChangeTasksAsync(Statement statement, object?[] values, Func<IRow, ProcessingTask> read)
    {
        var changed = await QueryAsync(statement, values, read);
        foreach (var task in changed)
            Remember(task);
        return changed;
    }

    /// <summary>Tells what a row is once the write is committed, for whoever can tell later that nobody has changed it: see <see cref="Sessions.CanRemember"/>.</summary>
    protected abstract void Remember(ProcessingTask task);
}
