using System.Globalization;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// Follows all tasks of a user: first the state of those that have not ended, then every change. The position of an event
/// is its time, with a summary of the tasks that changed shortly before: a change that is being stored at that moment may
/// have an earlier time, so a reader that reconnects reads that period again, and repeats no event.
/// </summary>
internal sealed class FollowTasks(IFollowedTasks followed, ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Older ends are not sent to a reader that reconnects, nor more than <see cref="MaxEnded"/>: a position may be any
    /// number, and a history may be large.
    /// </summary>
    private static readonly TimeSpan LongestAway = TimeSpan.FromDays(1);

    private const int MaxEnded = 100;

    /// <summary>The number of tasks read at a time: a reader may be slow, and its tasks many and large.</summary>
    private const int BatchSize = 10;

    /// <summary>Positions travel in a header; beyond this limit some changes may be sent again.</summary>
    private const int MaxSeen = 100;

    /// <param name="userId">The user.</param>
    /// <param name="position">The position of the reader's last event; null for a new reader.</param>
    public TaskFollower Run(string userId, string? position)
    {
        var (since, seen) = Parse(position);
        return new Follower(followed, tasks, signal.ListenForChangesOf(userId), time, userId, since, seen);
    }

    private static (DateTimeOffset? Since, Dictionary<long, SeenTask> Seen) Parse(string? position)
    {
        var parts = position?.Split('~') ?? [];
        if (
            parts.Length == 0
            || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds is < 0 or > 253_402_300_799_000
        )
            return (null, []);

        var seen = new Dictionary<long, SeenTask>();
        foreach (var part in parts.Skip(1))
        {
            var colon = part.IndexOf(':');
            if (
                colon > 0
                && long.TryParse(part.AsSpan(0, colon), CultureInfo.InvariantCulture, out var id)
                && SeenTask.At(part[(colon + 1)..]) is { } known
            )
                seen[id] = known;
        }

        return (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), seen);
    }

    private sealed class Follower(
        IFollowedTasks followed,
        ITaskStore tasks,
        TaskListener listener,
        TimeProvider time,
        string userId,
        DateTimeOffset? since,
        Dictionary<long, SeenTask> seen
    ) : TaskFollower(listener, time)
    {
        private readonly Dictionary<long, DateTimeOffset> _toldAt = seen.Keys.ToDictionary(id => id, _ => since ?? default);

        /// <summary>The tasks to read next, and whether they changed while the reader was here.</summary>
        private readonly Queue<(long Id, bool HasChanged)> _next = [];
        private bool _began;

        /// <summary>Until then the reader knows everything.</summary>
        private DateTimeOffset _completeUntil = since ?? DateTimeOffset.UnixEpoch;

        protected override bool HasMore => _next.Count > 0;

        protected override async Task<IReadOnlyList<TaskEvent>> ReadAsync(CancellationToken cancellationToken)
        {
            await FillAsync(cancellationToken);
            var events = new List<TaskEvent>();
            for (var count = 0; count < BatchSize && _next.TryDequeue(out var next); count++)
            {
                if (await tasks.FindAsync(next.Id, cancellationToken) is not { } task)
                    AddDeleted(next.Id, events);
                else if (task.UserId == userId)
                    AddEvents(task, !next.HasChanged && IsOldNews(task) ? [] : events);
            }

            DropEnded();
            return events;
        }

        /// <summary>Runs only after all events were sent: until then the listener collects changes, each task once.</summary>
        private async Task FillAsync(CancellationToken cancellationToken)
        {
            if (HasMore)
                return;

            if (!_began)
            {
                foreach (var id in await followed.ListAsync(userId, EndedSince(), MaxEnded, cancellationToken))
                    _next.Enqueue((id, HasChanged: false));
                _began = true;
                if (HasMore)
                    return;
            }

            _completeUntil = Time.GetUtcNow();
            foreach (var id in Listener.DrainChanged())
                _next.Enqueue((id, HasChanged: true));
        }

        private DateTimeOffset? EndedSince()
        {
            var earliest = Time.GetUtcNow() - LongestAway;
            return since < earliest ? earliest : since - Overlap;
        }

        /// <summary>The reader got it before, longer ago than positions remember.</summary>
        private bool IsOldNews(ProcessingTask task) =>
            since - Overlap is { } limit && !seen.ContainsKey(task.Id) && task.LastUpdated < limit && !(task.StartedAt >= limit);

        private void AddEvents(ProcessingTask task, List<TaskEvent> events)
        {
            if (!seen.TryGetValue(task.Id, out var known))
                seen[task.Id] = known = new SeenTask();
            foreach (var @event in known.Observe(task))
            {
                _toldAt[task.Id] = Time.GetUtcNow();
                events.Add(@event with { Position = Position() });
            }

            if (task.Status.IsFinal())
                Listener.Untrack(task.Id);
            else
                Listener.Track(task);
        }

        private void AddDeleted(long id, List<TaskEvent> events)
        {
            Listener.Untrack(id);
            _toldAt.Remove(id);
            if (seen.Remove(id))
                events.Add(new TaskEvent.Deleted(id) { Position = Position() });
        }

        private string Position()
        {
            // A reader that leaves before it got everything resumes from the last position at which it had everything.
            var now = Time.GetUtcNow();
            var at = HasMore ? _completeUntil : now;
            var recent = _toldAt.Where(told => told.Value > now - Overlap).OrderByDescending(told => told.Value).Take(MaxSeen);
            return string.Join(
                '~',
                [
                    at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                    .. recent.Select(told => $"{told.Key}:{seen[told.Key].Position}"),
                ]
            );
        }

        private void DropEnded()
        {
            var old = Time.GetUtcNow() - Overlap;
            foreach (var (id, _) in _toldAt.Where(told => told.Value < old && seen[told.Key].HasEnded).ToList())
            {
                _toldAt.Remove(id);
                seen.Remove(id);
            }
        }
    }
}
