using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store;

/// <summary>
/// The statements that change a task's status; {0}, {1}, … are their parameters. Each is guarded by the states that its
/// transition comes from and returns the rows that it changed.
/// </summary>
internal static class TaskStatements
{
    /// <summary>{0} id, {1} now, {2} progress, {3} total steps; null keeps what is there.</summary>
    public static readonly string Progress = Change(
        TaskTransition.Progress, "progress = {2}, total_steps = COALESCE({3}, total_steps), started_at = COALESCE(started_at, {1})");

    /// <summary>{0} id, {1} now, {2} output, {3} the time since which nothing may have changed.</summary>
    public static readonly string Stream = Change(TaskTransition.Stream, "output = {2}", " AND last_updated <= {3}");

    /// <summary>{0} id, {1} now, {2} output, {3} progress, {4} error message, {5} error message for users; null keeps what is there.</summary>
    public static readonly string Succeed = Finish(TaskTransition.Succeed);

    /// <summary>As <see cref="Succeed"/>.</summary>
    public static readonly string Fail = Finish(TaskTransition.Fail);

    /// <summary>{0} id, {1} now.</summary>
    public static readonly string Cancel = Change(TaskTransition.Cancel, "ended_at = {1}");

    /// <summary>{0} now, {1} how many, then for each type its id and the id of its provider.</summary>
    /// <remarks>
    /// The pick holds the guard and, where writers work side by side, locks what it picks. It is a materialised CTE:
    /// PostgreSQL may run a plain subquery more than once and would then claim more than the limit.
    /// </remarks>
    public static string Claim(Dialect dialect, int types)
    {
        var typeParameters = Enumerable.Range(1, types).Select(i => 2 * i).ToList();
        var pick = dialect.PickOldest(
            typeParameters.Select(type => $"SELECT id FROM tasks WHERE {From(TaskTransition.Claim.From)} AND type = {{{type}}}"), "{1}");
        var providerOfType = string.Concat(typeParameters.Select(type => $" WHEN {{{type}}} THEN {{{type + 1}}}"));

        return $$"""
            WITH picked AS MATERIALIZED ({{pick}})
            UPDATE tasks SET {{To(TaskTransition.Claim)}}started_at = {0}, provider_id = CASE type{{providerOfType}} END
            WHERE id IN (SELECT id FROM picked)
            RETURNING *
            """;
    }

    private static string Finish(TaskTransition transition) => Change(
        transition,
        """
        ended_at = {1}, output = COALESCE({2}, output), progress = COALESCE({3}, progress),
        error_message = COALESCE({4}, error_message), user_facing_error_message = COALESCE({5}, user_facing_error_message)
        """);

    private static string Change(TaskTransition transition, string assignments, string furtherGuard = "") =>
        $"UPDATE tasks SET {To(transition)}last_updated = {{1}}, {assignments} WHERE id = {{0}} AND {From(transition.From)}{furtherGuard} RETURNING *";

    private static string To(TaskTransition transition) => transition.To is { } to ? $"status = {to:D}, " : "";

    /// <summary>Literals, not parameters: the partial indexes serve only a status that the planner sees.</summary>
    private static string From(ImmutableArray<ProcessingStatus> from) =>
        from is [var only] ? $"status = {only:D}" : $"status IN ({string.Join(", ", from.Select(status => status.ToString("D")))})";
}
