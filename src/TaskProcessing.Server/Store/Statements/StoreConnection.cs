using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>A connection that one caller uses, with its prepared statements.</summary>
internal abstract class StoreConnection
{
    /// <summary>The same connection for EF Core, for everything that is not a hot path.</summary>
    public abstract TaskDbContext Context { get; }

    /// <summary>Runs a statement and reads every row that it returns.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">A value for each of its places: text, long, int, double, bool or null.</param>
    /// <param name="read">Converts a row.</param>
    public abstract ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read);

    /// <summary>Runs a statement once for each of the values, and reads every row that it returns.</summary>
    public virtual async ValueTask<List<T>> QueryEachAsync<T>(
        Statement statement,
        IReadOnlyCollection<object?[]> values,
        Func<IRow, T> read
    )
    {
        var rows = new List<T>();
        foreach (var each in values)
            rows.AddRange(await QueryAsync(statement, each, read));
        return rows;
    }

    /// <summary>Runs a statement that returns the tasks it has changed.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">As for <see cref="QueryAsync"/>.</param>
    /// <param name="read">Makes a task, as it is stored now, of a row.</param>
    public virtual ValueTask<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        object?[] values,
        Func<IRow, ProcessingTask> read
    ) => QueryAsync(statement, values, read);
}
