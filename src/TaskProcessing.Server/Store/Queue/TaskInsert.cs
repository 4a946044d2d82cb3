using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// The statement that stores a new task. EF Core cannot write it: the turn is looked up in the same statement. Everything
/// else comes from the model, so that a new column needs no change here.
/// </summary>
/// <remarks>
/// Start-time fair queueing: a task's turn is that of the queue's front, or one after its party's last, whichever is
/// higher. So parties take turns however many tasks each has, and both look-ups read one row of an index. Two inserts at
/// the same moment may get the same turn; then the id decides.
/// </remarks>
internal sealed class TaskInsert
{
    private readonly IReadOnlyList<IProperty> _properties;
    private readonly string _statement;

    public TaskInsert(IModel model)
    {
        var all = model.FindEntityType(typeof(ProcessingTask))!.GetProperties();
        _properties = [.. all.Where(property => property.Name is not (nameof(ProcessingTask.Id) or nameof(ProcessingTask.Turn)))];

        var queue = $"type = {Parameter(nameof(ProcessingTask.Type))} AND priority = {Parameter(nameof(ProcessingTask.Priority))}";
        var party = Parameter(nameof(ProcessingTask.Party));
        _statement =
            $"""
            INSERT INTO tasks ({string.Join(", ", _properties.Select(property => property.GetColumnName()))}, turn)
            VALUES ({string.Join(", ", _properties.Select((_, i) => $"{{{i}}}"))}, (SELECT COALESCE(MAX(turn), 0) FROM (
                SELECT turn FROM (SELECT turn FROM tasks WHERE {TaskStatements.Waiting} AND {queue} ORDER BY turn LIMIT 1) AS front
                UNION ALL
                SELECT turn + 1 FROM (SELECT turn FROM tasks WHERE status = 1 AND party = {party} AND {queue} ORDER BY turn DESC LIMIT 1) AS own) AS turns))
            RETURNING id AS "Id", turn AS "Turn"
            """;
    }

    /// <summary>Stores the task and tells it its id and turn.</summary>
    public async Task RunAsync(TaskDbContext db, ProcessingTask task)
    {
        var values = _properties.Select(property => Value(property, task)).ToArray();
        var place = (await db.Database.SqlQueryRaw<Place>(_statement, values!).ToListAsync(CancellationToken.None))[0];
        task.Id = place.Id;
        task.Turn = place.Turn;
    }

    private static object? Value(IProperty property, ProcessingTask task)
    {
        var value = property.GetGetter().GetClrValue(task);
        return value is null ? null : property.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;
    }

    private string Parameter(string name) => $"{{{_properties.Select(property => property.Name).ToList().IndexOf(name)}}}";

    private sealed record Place(long Id, long Turn);
}
