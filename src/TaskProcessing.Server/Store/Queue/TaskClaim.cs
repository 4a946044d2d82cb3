using System.Collections.Concurrent;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>The statements that claim, two for each number of types, made when they are first wanted.</summary>
internal sealed class TaskClaim(Dialect dialect)
{
    /// <summary>The limit of the inputs of a batch together, but for the last task, in bytes.</summary>
    private const int MaxInputOfBatch = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<int, Statement> _byTypes = [];
    private readonly ConcurrentDictionary<int, Statement> _batchByTypes = [];

    /// <summary>The statement for callers that want one task each.</summary>
    public Statement For(int types) => _byTypes.GetOrAdd(types, count => Claim(count, "", "picked"));

    /// <summary>The statement for a caller that wants several: their answer is in memory as a whole, and an input may have megabytes.</summary>
    public Statement ForBatch(int types) => _batchByTypes.GetOrAdd(types, count => Claim(count, Fitting, "fitting"));

    /// <remarks>
    /// Sizes are summed up once the rows are locked, in the order of the queue, so that the first task always fits. Neither database
    /// reads a text to tell its bytes.
    /// </remarks>
    private static readonly string Fitting = $"""
        ,
        fitting AS MATERIALIZED (SELECT id FROM (
            SELECT id, SUM((SELECT octet_length(input) FROM tasks WHERE id = picked.id))
                OVER (ORDER BY priority DESC, place, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead
            FROM picked) AS summed
        WHERE COALESCE(ahead, 0) < {MaxInputOfBatch})
        """;

    public static object?[] Values(ClaimKind kind, int count, DateTimeOffset now)
    {
        var values = new object?[2 + (4 * kind.Types.Count)];
        values[0] = now.ToUnixTimeMilliseconds();
        values[1] = count;
        var place = 2;
        foreach (var type in kind.Types)
        {
            values[place++] = type.Type;
            values[place++] = type.ProviderId;
            values[place++] = type.LeaseSeconds;
            values[place++] = TaskHistory.Line(now, TaskHistory.Claimed, kind.Actor, type.ProviderId);
        }

        return values;
    }

    /// <summary>
    /// {0} now, {1} how many, then for each type its id, the id of its provider, its lease in seconds and its line of history.
    /// </summary>
    /// <param name="types">The number of types.</param>
    /// <param name="more">A further CTE, which leaves picked tasks out.</param>
    /// <param name="claimed">The CTE with the tasks to claim.</param>
    /// <remarks>
    /// The pick holds the guard and, where writers work side by side, locks its rows. It is a materialised CTE:
    /// PostgreSQL may run a plain subquery more than once and would then claim more than the limit.
    /// </remarks>
    private Statement Claim(int types, string more, string claimed)
    {
        var first = Enumerable.Range(0, types).Select(i => 2 + (4 * i)).ToList();
        var pick = dialect.PickNext([.. first.Select(type => $"{TaskStatements.Waiting} AND type = {{{type}}}")], "{1}");

        return new(
            $$"""
            WITH picked AS MATERIALIZED ({{pick}}){{more}}
            UPDATE {{Statement.OrFail}} tasks
            SET {{TaskStatements.To(TaskTransition.Claim)}}revision = revision + 1,
                started_at = {0}, attempt = attempt + 1, claim = claim + 1, renewals = 0,
                provider_id = {{OfType(1)}}, lease_seconds = {{OfType(2)}}, lease_until = {0} + 1000 * CAST({{OfType(2)}} AS bigint),
                history = history || {{OfType(3)}}
            WHERE id IN (SELECT id FROM {{claimed}})
            {{TaskStatements.Returning}}
            """
        );

        string OfType(int offset) => $"CASE type{string.Concat(first.Select(type => $" WHEN {{{type}}} THEN {{{type + offset}}}"))} END";
    }

    /// <summary>A statement returns its rows in any order; this is the one that picked them.</summary>
    public static List<ProcessingTask> InOrder(List<ProcessingTask> claimed) =>
        claimed.Count < 2
            ? claimed
            :
            [
                .. claimed
                    .GroupBy(task => task.Type)
                    .SelectMany(type =>
                        type.OrderByDescending(task => task.Priority)
                            .ThenBy(task => task.Turn)
                            .ThenBy(task => task.Id)
                            .Select((task, place) => (task, place))
                    )
                    .OrderByDescending(entry => entry.task.Priority)
                    .ThenBy(entry => entry.place)
                    .ThenBy(entry => entry.task.Id)
                    .Select(entry => entry.task),
            ];
}

/// <summary>The types and the actor of a claim. Claims of the same kind differ only in their count.</summary>
internal sealed record ClaimKind(IReadOnlyCollection<ClaimableType> Types, string Actor)
{
    public bool Equals(ClaimKind? other) => other is not null && Actor == other.Actor && Types.SequenceEqual(other.Types);

    public override int GetHashCode() => HashCode.Combine(Actor, Types.Count, Types.First());
}
