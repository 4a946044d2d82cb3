using System.Globalization;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// The events of a task, stored with it as text: one line for each event, with time, kind, actor and details, separated
/// by tabs. The statement that changes the task appends the line, so that neither exists without the other. Renewals of a
/// lease are counted instead, because there are too many; those of the last attempt are shown as one event.
/// </summary>
internal static class TaskHistory
{
    public const string Scheduled = "scheduled";
    public const string Claimed = "claimed";
    public const string Started = "started";
    public const string Renewed = "renewed";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Lost = "lost";
    public const string Released = "released";
    public const string Retried = "retried";
    public const string Requeued = "requeued";

    /// <summary>The actor of the server's own changes.</summary>
    public const string Server = "server";

    /// <summary>The actor of the command line.</summary>
    public const string Operator = "operator";

    private const int LongestText = 200;

    public static string Line(DateTimeOffset at, string kind, string actor, string detail = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()}\t{kind}\t{Plain(actor)}\t{Plain(detail)}\n");

    /// <summary>The events of a task, oldest first, with the renewals of its last lease.</summary>
    public static IReadOnlyList<HistoryEntry> Of(ProcessingTask task)
    {
        var events = Read(task.History).ToList();
        var start = events.FindLastIndex(one => one.Kind is Claimed or Started);
        if (start >= 0 && task is { Renewals: > 0, LeaseUntil: { } until })
        {
            var last = string.Create(CultureInfo.InvariantCulture, $"the last time of {task.Renewals}");
            events.Insert(start + 1, new HistoryEntry(until.AddSeconds(-task.LeaseSeconds), Renewed, events[start].Actor, last));
        }

        return events;
    }

    /// <summary>The worker that last took the task; empty when no worker did.</summary>
    public static string WorkerIn(string history) => Read(history).LastOrDefault(one => one.Kind is Claimed or Started)?.Actor ?? "";

    /// <summary>The lines of a history as events, oldest first.</summary>
    public static IReadOnlyList<HistoryEntry> Read(string history) =>
        [
            .. from line in history.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            let parts = line.Split('\t')
            where parts.Length == 4
            select new HistoryEntry(
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)),
                parts[1],
                parts[2],
                parts[3]
            ),
        ];

    private static string Plain(string text)
    {
        var end = Math.Min(text.Length, LongestText);
        return string.Create(
            end,
            text,
            static (plain, source) =>
            {
                for (var i = 0; i < plain.Length; i++)
                    plain[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? ' ' : source[i];
            }
        );
    }
}

/// <summary>One event in the life of a task.</summary>
/// <param name="At">The time of the event.</param>
/// <param name="Kind">One of the constants of <see cref="TaskHistory"/>.</param>
/// <param name="Actor">The actor: <c>user alice</c>, <c>app worker</c>, <c>server</c>, <c>operator</c>.</param>
/// <param name="Detail">The provider of a claim, the reason of a failure.</param>
internal sealed record HistoryEntry(DateTimeOffset At, string Kind, string Actor, string Detail);
