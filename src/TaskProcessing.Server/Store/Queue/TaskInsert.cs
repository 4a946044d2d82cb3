using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>The statement that stores a new task; its turn is looked up in the same statement.</summary>
/// <remarks>
/// Start-time fair queueing: a task's turn is that of the queue's front, or one after its party's last, whichever is
/// higher. So parties take turns however many tasks each has, and both look-ups read one row of an index. Two inserts at
/// the same moment may get the same turn; then the id decides.
/// </remarks>
internal static class TaskInsert
{
    private static readonly string Queue =
        $"type = {Value(nameof(ProcessingTask.Type))} AND priority = {Value(nameof(ProcessingTask.Priority))}";

    private static readonly string SameParty = $"party = {Value(nameof(ProcessingTask.Party))}";

    public static readonly Statement Insert = new(
        $"""
        INSERT {Statement.OrFail} INTO tasks ({TaskRow.NewColumns}, turn)
        VALUES ({TaskRow.NewPlaces}, (SELECT COALESCE(MAX(turn), 0) FROM (
            SELECT turn FROM (SELECT turn FROM tasks WHERE {TaskStatements.Waiting} AND {Queue} ORDER BY turn LIMIT 1) AS front
            UNION ALL
            SELECT turn + 1 FROM (
                SELECT turn FROM tasks WHERE status = 1 AND {SameParty} AND {Queue} ORDER BY turn DESC LIMIT 1) AS own) AS turns))
        RETURNING id, turn
        """
    );

    /// <summary>Sets the id and the turn of a task from the row that its insert returned.</summary>
    public static Func<IRow, ProcessingTask> Complete(ProcessingTask task) =>
        row =>
        {
            (task.Id, task.Turn) = (row.Int64(0), row.Int64(1));
            return task;
        };

    private static string Value(string property) => $"{{{TaskRow.PlaceOf(property)}}}";
}
