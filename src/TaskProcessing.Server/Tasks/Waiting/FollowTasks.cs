using System.Globalization;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// Has a user follow all his tasks: first those that have not ended, as they are, then whatever changes. The position of
/// an event is its time, and what was seen of the tasks that changed shortly before: changes that are being stored at that
/// moment may bear an earlier time, so who comes back looks at that while again, and is told nothing twice.
/// </summary>
internal sealed class FollowTasks(IFollowedTasks followed, ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>Positions travel in a header; beyond this some changes may be told again.</summary>
    private const int MostSeen = 100;

    /// <param name="userId">The user.</param>
    /// <param name="position">The position of the last event that he has; null when he begins.</param>
    public TaskFollower Run(string userId, string? position)
    {
        var (since, seen) = Parse(position);
        return new Follower(followed, tasks, signal.ListenForChangesOf(userId), time, userId, since, seen);
    }

    private static (DateTimeOffset? Since, Dictionary<long, SeenTask> Seen) Parse(string? position)
    {
        var parts = position?.Split('~') ?? [];
        if (parts.Length == 0 || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var milliseconds) || milliseconds is < 0 or > 253_402_300_799_000)
            return (null, []);

        var seen = new Dictionary<long, SeenTask>();
        foreach (var part in parts.Skip(1))
        {
            var colon = part.IndexOf(':');
            if (colon > 0 && long.TryParse(part.AsSpan(0, colon), CultureInfo.InvariantCulture, out var id) && SeenTask.At(part[(colon + 1)..]) is { } known)
                seen[id] = known;
        }

        return (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), seen);
    }

    private sealed class Follower(
        IFollowedTasks followed, ITaskStore tasks, TaskListener listener, TimeProvider time, string userId, DateTimeOffset? since, Dictionary<long, SeenTask> seen)
        : TaskFollower(listener, time)
    {
        private readonly Dictionary<long, DateTimeOffset> _toldAt = seen.Keys.ToDictionary(id => id, _ => since ?? default);
        private bool _began;

        protected override async Task<IReadOnlyList<TaskEvent>> LookAsync(CancellationToken cancellationToken)
        {
            var events = new List<TaskEvent>();
            if (!_began)
            {
                _began = true;
                foreach (var task in await followed.ListAsync(userId, since - Overlap, cancellationToken))
                    Tell(task, IsOldNews(task) ? [] : events);
            }

            foreach (var id in Listener.TakeChanged())
            {
                if (await tasks.FindAsync(id, cancellationToken) is not { } task)
                    TellGone(id, events);
                else if (task.UserId == userId)
                    Tell(task, events);
            }

            ForgetTheEnded();
            return events;
        }

        /// <summary>He was told of it before, longer ago than positions remember.</summary>
        private bool IsOldNews(ProcessingTask task) =>
            since - Overlap is { } limit && !seen.ContainsKey(task.Id) && task.LastUpdated < limit && !(task.StartedAt >= limit);

        private void Tell(ProcessingTask task, List<TaskEvent> events)
        {
            if (!seen.TryGetValue(task.Id, out var known))
                seen[task.Id] = known = new SeenTask();
            foreach (var @event in known.Look(task))
            {
                _toldAt[task.Id] = Time.GetUtcNow();
                events.Add(@event with { Position = Position() });
            }

            if (task.Status.IsFinal())
                Listener.Forget(task.Id);
            else
                Listener.Know(task);
        }

        private void TellGone(long id, List<TaskEvent> events)
        {
            Listener.Forget(id);
            _toldAt.Remove(id);
            if (seen.Remove(id))
                events.Add(new TaskEvent.Deleted(id) { Position = Position() });
        }

        private string Position()
        {
            var now = Time.GetUtcNow();
            var recent = _toldAt.Where(told => told.Value > now - Overlap).OrderByDescending(told => told.Value).Take(MostSeen);
            return string.Join('~', [now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), .. recent.Select(told => $"{told.Key}:{seen[told.Key].Position}")]);
        }

        private void ForgetTheEnded()
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
