using System.Globalization;
using System.Text;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>Notices as they travel: the sender, then a line for each. Several of a kind are one line.</summary>
internal static class NotificationPayload
{
    public const string CachesOutdated = "caches";

    /// <summary>PostgreSQL carries up to 8,000 bytes.</summary>
    private const int MaxCharacters = 7000;

    public static IEnumerable<string> Write(string sender, IEnumerable<TaskNotification> notifications)
    {
        var payload = new StringBuilder(sender);
        foreach (var line in notifications.GroupBy(notification => notification).Select(Line))
        {
            if (payload.Length + line.Length + 1 > MaxCharacters)
            {
                yield return payload.ToString();
                payload.Clear().Append(sender);
            }

            payload.Append('\n').Append(line);
        }

        yield return payload.ToString();
    }

    /// <summary>
    /// The notifications of others; none when the payload is one's own. Unknown lines of a newer version are skipped.
    /// </summary>
    public static IEnumerable<TaskNotification> Read(string self, string payload)
    {
        if (payload == CachesOutdated)
            return [new TaskNotification.CachesOutdated()];

        var lines = payload.Split('\n');
        return lines[0] == self ? [] : lines.Skip(1).SelectMany(Notices);
    }

    private static string Line(IGrouping<TaskNotification, TaskNotification> notifications) =>
        notifications.Key switch
        {
            TaskNotification.Scheduled scheduled => string.Create(
                CultureInfo.InvariantCulture,
                $"s {notifications.Count()} {Uri.EscapeDataString(scheduled.Type)}"
            ),
            TaskNotification.Changed { UserId: { } user } changed => string.Create(
                CultureInfo.InvariantCulture,
                $"c {changed.TaskId} {Uri.EscapeDataString(user)}"
            ),
            TaskNotification.Changed changed => string.Create(CultureInfo.InvariantCulture, $"c {changed.TaskId}"),
            _ => throw new ArgumentException($"{notifications.Key} has no line.", nameof(notifications)),
        };

    private static IEnumerable<TaskNotification> Notices(string line) =>
        line.Split(' ') switch
        {
            ["s", var count, var type] when int.TryParse(count, CultureInfo.InvariantCulture, out var times) => Enumerable.Repeat(
                new TaskNotification.Scheduled(Uri.UnescapeDataString(type)),
                times
            ),
            ["c", var id, .. var user] when long.TryParse(id, CultureInfo.InvariantCulture, out var taskId) =>
            [
                new TaskNotification.Changed(taskId, user is [var userId] ? Uri.UnescapeDataString(userId) : null),
            ],
            _ => [],
        };
}
