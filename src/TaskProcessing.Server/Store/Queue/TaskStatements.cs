using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// The statements that change a task's status; {0}, {1}, … are their values. Each is guarded by the states that its
/// transition comes from and returns the rows that it changed.
/// </summary>
internal static class TaskStatements
{
    /// <summary>The tasks that may be claimed; word for word the filter of their index.</summary>
    public const string Waiting = "status = 1 AND not_before IS NULL";

    /// <summary>
    /// The task goes to the reporting worker, and its lease starts anew. {3} is the claim number. A worker without one
    /// that starts a waiting task outdates every earlier claim.
    /// </summary>
    private const string Renewal = """
        lease_until = {1} + 1000 * CAST(lease_seconds AS bigint), renewals = CASE status WHEN 1 THEN 0 ELSE renewals + 1 END,
        started_at = COALESCE(started_at, {1}), attempt = CASE attempt WHEN 0 THEN 1 ELSE attempt END,
        claim = CASE status WHEN 1 THEN COALESCE({3}, claim + 1) ELSE claim END, not_before = NULL
        """;

    /// <summary>A task that waits again shows nothing of the lost work. Its last worker may still report.</summary>
    private const string Again = "started_at = NULL, progress = NULL, output = NULL, output_at = NULL";

    /// <summary>As <see cref="Again"/>, and the claim is over for good: late reports of its worker are ignored.</summary>
    private const string Anew = Again + ", claim = claim + 1";

    /// <summary>Renewals are counted; only one that starts the task has a line in its history.</summary>
    private const string Start = "history = history || CASE status WHEN 1 THEN {2} ELSE '' END";

    /// <summary>The end of every changing statement.</summary>
    public static readonly string Returning = $"RETURNING {TaskRow.Columns}";

    /// <summary>{0} id.</summary>
    public static readonly Statement Find = new($"SELECT {TaskRow.Columns} FROM tasks WHERE id = {{0}}");

    /// <summary>{0} id, {1} now, {2} history, {3} claim, {4} progress, {5} total steps; null keeps the stored value.</summary>
    public static readonly Statement Progress = Change(
        TaskTransition.Progress,
        $"progress = {{4}}, total_steps = COALESCE({{5:integer}}, total_steps), {Renewal}, {Start}",
        HeldBy(3)
    );

    /// <summary>{0} id, {1} now, {2} history, {3} claim. No update in the eyes of readers, unless the task starts to run by it.</summary>
    public static readonly Statement Renew = new(
        $$"""
        UPDATE {{Statement.OrFail}} tasks
        SET {{To(TaskTransition.Renew)}}{{Renewal}}, {{Start}}, revision = revision + CASE status WHEN 1 THEN 1 ELSE 0 END
        WHERE id = {0} AND {{From(TaskTransition.Renew.From)}}{{HeldBy(3)}} {{Returning}}
        """
    );

    /// <summary>
    /// {0} id, {1} now, {2} output, {3} claim, {4} the time since which no output may have been stored; one from later than now
    /// is from before the clock was set back.
    /// </summary>
    public static readonly Statement Stream = Change(
        TaskTransition.Stream,
        $"output = {{2}}, output_at = {{1}}, {Renewal}",
        HeldBy(3) + " AND (output_at IS NULL OR output_at <= {4} OR output_at > {1})"
    );

    /// <summary>
    /// {0} id, {1} now, {2} history, {3} output, {4} progress, {5} error message, {6} error message for users; null keeps
    /// the stored value.
    /// </summary>
    public static readonly EndingStatement Succeed = Finish(TaskTransition.Succeed);

    /// <summary>
    /// As <see cref="Succeed"/>, and {7} claim: a success counts with any claim, an error only with the current one.
    /// </summary>
    public static readonly EndingStatement Fail = Finish(TaskTransition.Fail, HeldBy(7));

    /// <summary>{0} id, {1} now, {2} history.</summary>
    public static readonly EndingStatement Cancel = End(
        TaskTransition.Cancel,
        "ended_at = {1}, not_before = NULL, history = history || {2}"
    );

    /// <summary>{0} id, {1} now, {2} history, {3} claim, {4} not before, {5} the most attempts.</summary>
    public static readonly Statement Retry = Change(
        TaskTransition.Retry,
        $"{Anew}, not_before = {{4}}, history = history || {{2}}",
        HeldBy(3) + " AND attempt < {5}"
    );

    /// <summary>{0} id, {1} now, {2} history, {3} claim. The attempt does not count: nothing went wrong.</summary>
    public static readonly Statement Release = Change(
        TaskTransition.Release,
        $"{Anew}, attempt = CASE WHEN attempt > 0 THEN attempt - 1 ELSE 0 END, history = history || {{2}}",
        HeldBy(3)
    );

    /// <summary>{0} id, {1} now, {2} history.</summary>
    public static readonly Statement Requeue = Change(
        TaskTransition.Requeue,
        $"{Anew}, ended_at = NULL, error_message = NULL, user_facing_error_message = NULL, attempt = 0, history = history || {{2}}"
    );

    /// <summary>{0} now, {1} history, {2} how many, {3} the most attempts.</summary>
    public static readonly Statement Lose = Lost(TaskTransition.Lose, Again, "attempt < {3}");

    /// <summary>{0} now, {1} history, {2} how many, {3} the most attempts, {4} error message, {5} error message for users.</summary>
    public static readonly Statement GiveUp = Lost(
        TaskTransition.GiveUp,
        "ended_at = {0}, error_message = {4}, user_facing_error_message = {5}",
        "attempt >= {3}"
    );

    /// <summary>{0} now, {1} how many.</summary>
    public static readonly Statement WakeDelayed = new(
        $$"""
        UPDATE {{Statement.OrFail}} tasks SET not_before = NULL
        WHERE id IN (SELECT id FROM tasks WHERE not_before <= {0} ORDER BY not_before LIMIT {1}) AND not_before <= {0} {{Returning}}
        """
    );

    /// <summary>{0} the time before which it was last updated, {1} how many, {2} type, {3} status. Returns their ids and users.</summary>
    public static readonly Statement DeleteOldEnded = DeleteOld("status = {3} AND status NOT IN (1, 2)", "type = {2}", "last_updated");

    /// <summary>{0} the time before which it was last updated, {1} how many. Returns their ids and users.</summary>
    public static readonly Statement DeleteOldScheduled = DeleteOld("status = 1", "id > 0", "id");

    /// <summary>As <see cref="DeleteOldScheduled"/>.</summary>
    public static readonly Statement DeleteOldRunning = DeleteOld("status = 2", "id > 0", "id");

    private static EndingStatement Finish(TaskTransition transition, string furtherGuard = "") =>
        End(
            transition,
            """
            ended_at = {1}, not_before = NULL, output = COALESCE({3:text}, output), progress = COALESCE({4:double}, progress),
            error_message = COALESCE({5:text}, error_message), user_facing_error_message = COALESCE({6:text}, user_facing_error_message),
            history = history || {2}
            """,
            furtherGuard
        );

    private static EndingStatement End(TaskTransition transition, string assignments, string furtherGuard = "") =>
        new(
            transition,
            Change(transition, assignments, furtherGuard),
            Change(
                transition,
                assignments,
                furtherGuard + " AND (webhook_uri IS NULL OR webhook_uri = '' OR webhook_method IS NULL OR webhook_method = '')"
            )
        );

    private static Statement Lost(TaskTransition transition, string assignments, string attempts)
    {
        var silent = $"{From(transition.From)} AND lease_until <= {{0}}";
        return new(
            $$"""
            UPDATE {{Statement.OrFail}} tasks
            SET {{To(transition)}}last_updated = {0}, revision = revision + 1, {{assignments}}, history = history || {1}
            WHERE id IN (SELECT id FROM tasks WHERE {{silent}} AND {{attempts}} ORDER BY lease_until LIMIT {2}) AND {{silent}}
            {{Returning}}
            """
        );
    }

    /// <param name="guard">The guard; checked again as each row is deleted.</param>
    /// <param name="which">A further condition.</param>
    /// <param name="order">The order of the index.</param>
    private static Statement DeleteOld(string guard, string which, string order) =>
        new(
            $$"""
            DELETE FROM tasks
            WHERE {{guard}} AND id IN (SELECT id FROM tasks WHERE {{guard}} AND {{which}} AND last_updated < {0} AND allow_cleanup
                ORDER BY {{order}} LIMIT {1})
            RETURNING id, user_id
            """
        );

    private static Statement Change(TaskTransition transition, string assignments, string furtherGuard = "") =>
        new(
            $$"""
            UPDATE {{Statement.OrFail}} tasks SET {{To(transition)}}last_updated = {1}, revision = revision + 1, {{assignments}}
            WHERE id = {0} AND {{From(transition.From)}}{{furtherGuard}} {{Returning}}
            """
        );

    /// <summary>The guard on the claim; a report without a claim is believed, see <see cref="ProcessingTask.Counts"/>.</summary>
    private static string HeldBy(int place) => $" AND claim = COALESCE({{{place}:bigint}}, claim)";

    public static string To(TaskTransition transition) => transition.To is { } to ? $"status = {to:D}, " : "";

    /// <summary>Literals, not parameters: the partial indexes serve only a status that the planner sees.</summary>
    private static string From(ImmutableArray<ProcessingStatus> from) =>
        from is [var only] ? $"status = {only:D}" : $"status IN ({string.Join(", ", from.Select(status => status.ToString("D")))})";
}

/// <summary>The statement for an end of a task.</summary>
/// <param name="Transition">The transition.</param>
/// <param name="OfAny">The statement for any task; one with a webhook then needs a delivery in the same transaction.</param>
/// <param name="OfPlain">The statement that leaves tasks with a webhook alone; most have none, and need no transaction.</param>
internal sealed record EndingStatement(TaskTransition Transition, Statement OfAny, Statement OfPlain);
