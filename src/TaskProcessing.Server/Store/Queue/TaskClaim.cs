using System.Collections.Concurrent;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>The statement that claims, one for each number of types, made when it is first wanted.</summary>
internal sealed class TaskClaim(Dialect dialect)
{
    private readonly ConcurrentDictionary<int, Statement> _byTypes = [];

    public Statement For(int types) => _byTypes.GetOrAdd(types, Claim);

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
    /// <remarks>
    /// The pick holds the guard and, where writers work side by side, locks its rows. It is a materialised CTE:
    /// PostgreSQL may run a plain subquery more than once and would then claim more than the limit.
    /// </remarks>
    private Statement Claim(int types)
    {
        var first = Enumerable.Range(0, types).Select(i => 2 + (4 * i)).ToList();
        var pick = dialect.PickNext([.. first.Select(type => $"{TaskStatements.Waiting} AND type = {{{type}}}")], "{1}");

        return new(
            $$"""
            WITH picked AS MATERIALIZED ({{pick}})
            UPDATE {{Statement.OrFail}} tasks
            SET {{TaskStatements.To(TaskTransition.Claim)}}revision = revision + 1,
                started_at = {0}, attempt = attempt + 1, claim = claim + 1, renewals = 0,
                provider_id = {{OfType(1)}}, lease_seconds = {{OfType(2)}}, lease_until = {0} + 1000 * CAST({{OfType(2)}} AS bigint),
                history = history || {{OfType(3)}}
            WHERE id IN (SELECT id FROM picked)
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
