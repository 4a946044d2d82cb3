using System.Globalization;
using System.Text;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>Notices as they travel: the sender, then a line for each. Several of a kind are one line.</summary>
internal static class NoticeText
{
    public const string CachesOutdated = "caches";

    /// <summary>PostgreSQL carries up to 8,000 bytes.</summary>
    private const int MostCharacters = 7000;

    public static IEnumerable<string> Write(string sender, IEnumerable<TaskNotice> notices)
    {
        var payload = new StringBuilder(sender);
        foreach (var line in notices.GroupBy(notice => notice).Select(Line))
        {
            if (payload.Length + line.Length + 1 > MostCharacters)
            {
                yield return payload.ToString();
                payload.Clear().Append(sender);
            }

            payload.Append('\n').Append(line);
        }

        yield return payload.ToString();
    }

    /// <summary>What others have to say; nothing when it is one's own. Lines that a newer version may have sent are skipped.</summary>
    public static IEnumerable<TaskNotice> Read(string self, string payload)
    {
        if (payload == CachesOutdated)
            return [new TaskNotice.CachesOutdated()];

        var lines = payload.Split('\n');
        return lines[0] == self ? [] : lines.Skip(1).SelectMany(Notices);
    }

    private static string Line(IGrouping<TaskNotice, TaskNotice> notices) => notices.Key switch
    {
        TaskNotice.Scheduled scheduled => string.Create(CultureInfo.InvariantCulture, $"s {notices.Count()} {Uri.EscapeDataString(scheduled.Type)}"),
        TaskNotice.Changed { UserId: { } user } changed => string.Create(CultureInfo.InvariantCulture, $"c {changed.TaskId} {Uri.EscapeDataString(user)}"),
        TaskNotice.Changed changed => string.Create(CultureInfo.InvariantCulture, $"c {changed.TaskId}"),
        _ => throw new ArgumentException($"{notices.Key} has no line.", nameof(notices)),
    };

    private static IEnumerable<TaskNotice> Notices(string line) => line.Split(' ') switch
    {
        ["s", var count, var type] when int.TryParse(count, CultureInfo.InvariantCulture, out var times) =>
            Enumerable.Repeat(new TaskNotice.Scheduled(Uri.UnescapeDataString(type)), times),
        ["c", var id, .. var user] when long.TryParse(id, CultureInfo.InvariantCulture, out var taskId) =>
            [new TaskNotice.Changed(taskId, user is [var userId] ? Uri.UnescapeDataString(userId) : null)],
        _ => [],
    };
}
