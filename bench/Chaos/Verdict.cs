using System.Globalization;
using TaskProcessing.Benches;

namespace Chaos;

/// <summary>Compares the answers to clients and workers with the server's final state.</summary>
internal sealed class Verdict(Farm farm, WebhookReceiver receiver, Uri address, string serviceKey)
{
    private const int Shown = 20;

    private readonly Dictionary<string, int> _counts = [];

    public List<string> Violations { get; } = [.. farm.Violations];

    public async Task WaitUntilAllHasEndedAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var tasks = new StoredTasks(address, serviceKey);
        for (var until = DateTime.UtcNow + longest; DateTime.UtcNow < until; await Task.Delay(200, cancellationToken))
        {
            if (!await tasks.AnyAsync("pending", cancellationToken) && !await tasks.AnyAsync("running", cancellationToken))
                return;
        }
    }

    public async Task WaitUntilAllIsToldAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + longest;
        while (DateTime.UtcNow < until && !receiver.HasAll(farm.Hooked))
            await Task.Delay(200, cancellationToken);
    }

    public async Task JudgeAsync(IReadOnlyList<string> journals, CancellationToken cancellationToken)
    {
        using var reader = new StoredTasks(address, serviceKey);
        var tasks = (await reader.ReadAllAsync(cancellationToken)).ToDictionary(task => task.Id);
        var entries = journals.SelectMany(Journal.Read).ToList();

        Count("tasks accepted", farm.Accepted.Count);
        Count("repeats of a request", farm.Repeats);
        Count("tasks that clients were told are cancelled", farm.Cancelled.Count);
        Count("ends that clients saw", farm.Seen.Count);
        JudgeSchedules(tasks);
        JudgeEnds(tasks);
        JudgeResults(tasks, entries);
        JudgeHistories(tasks.Values);
        JudgeDeliveries(tasks);
        var claims = Holding.Of(entries);
        Count("claims that workers were given", claims.Count);
        Count(
            "calls of workers that were told that their claim is over",
            entries.Count(entry =>
                entry.Kind == EntryKind.SentAway && tasks.TryGetValue(entry.Task, out var task) && task.Status != "cancelled"
            )
        );
        Violations.AddRange(Holding.Overlaps(claims));
        Violations.AddRange(Holding.Intrusions(claims, entries));
        foreach (
            var twice in entries
                .Where(entry => entry.Kind == EntryKind.Claimed)
                .GroupBy(entry => (entry.Task, entry.Number))
                .Where(group => group.Count() > 1)
        )
            Violations.Add($"task {twice.Key.Task} has {twice.Count()} claims with the number {twice.Key.Number}");
    }

    public int Print()
    {
        foreach (var (what, count) in _counts)
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"  {count.ToString(CultureInfo.InvariantCulture).PadLeft(7)} {what}")
            );
        foreach (var violation in Violations.Take(Shown))
            Console.WriteLine($"VIOLATION: {violation}");
        Console.WriteLine(Violations.Count == 0 ? "Nothing lost, nothing done twice." : $"{Violations.Count} violations.");
        return Violations.Count == 0 ? 0 : 1;
    }

    private void JudgeSchedules(Dictionary<long, StoredTask> tasks)
    {
        foreach (var (key, id) in farm.Accepted.Where(accepted => !tasks.ContainsKey(accepted.Value)))
            Violations.Add($"task {id} was accepted (key {key}) and is gone");
        foreach (var twice in farm.Accepted.GroupBy(accepted => accepted.Value).Where(group => group.Count() > 1))
            Violations.Add($"the keys {string.Join(", ", twice.Select(accepted => accepted.Key))} share the task {twice.Key}");
        foreach (var extra in tasks.Keys.Except(farm.Accepted.Values))
            Violations.Add($"task {extra} is there although every request has another one");
        foreach (var task in tasks.Values.Where(task => task.Status is "pending" or "running"))
            Violations.Add($"task {task.Id} is still {task.Status}");
    }

    private void JudgeEnds(Dictionary<long, StoredTask> tasks)
    {
        foreach (var id in farm.Cancelled)
        {
            if (tasks.TryGetValue(id, out var task) && task.Status != "cancelled")
                Violations.Add($"task {id} was cancelled, and is {task.Status}");
        }

        foreach (var (id, seen) in farm.Seen)
        {
            if (
                tasks.TryGetValue(id, out var task)
                && (task.OcsStatus != seen.Status || (seen.Output is not null && task.Output != seen.Output))
            )
                Violations.Add($"task {id} had ended as {seen.Status} with \"{seen.Output}\", and is {task.Status} with \"{task.Output}\"");
        }
    }

    private void JudgeResults(Dictionary<long, StoredTask> tasks, List<Entry> entries)
    {
        var won = entries.Where(entry => entry is { Kind: EntryKind.Finished, Won: true }).ToList();
        Count("results that were accepted", won.Count);
        Count("results that came too late and were ignored", entries.Count(entry => entry is { Kind: EntryKind.Finished, Won: false }));
        foreach (var result in won)
        {
            if (tasks.TryGetValue(result.Task, out var task) && (task.Status != "completed" || task.Output != result.Output))
                Violations.Add(
                    $"the result \"{result.Output}\" of task {result.Task} was accepted; it is {task.Status} with \"{task.Output}\""
                );
        }

        foreach (var twice in won.GroupBy(result => result.Task).Where(group => group.Count() > 1))
            Violations.Add($"task {twice.Key} accepted {twice.Count()} results");

        var failed = entries.Where(entry => entry.Kind == EntryKind.Failed).ToList();
        Count("errors that were accepted", failed.Count);
        foreach (var error in failed)
        {
            if (tasks.TryGetValue(error.Task, out var task) && task.Status != "failed")
                Violations.Add($"task {error.Task} had failed, and is {task.Status}");
        }
    }

    /// <summary>
    /// By the server's own record, too, a task that is claimed again was lost or given back in between, and not too early.
    /// </summary>
    private void JudgeHistories(IEnumerable<StoredTask> tasks)
    {
        var lost = 0;
        foreach (var task in tasks)
        {
            (string Event, DateTime At)? held = null;
            foreach (var (name, at) in task.History)
            {
                if (name is "claimed" && held is not null)
                    Violations.Add($"task {task.Id} was claimed at {held.Value.At:T} and again at {at:T}, and not lost in between");
                if (name is "lost" && held is { } holder && at - holder.At < ChaosOptions.Lease - TimeSpan.FromSeconds(1))
                    Violations.Add($"task {task.Id} was claimed at {holder.At:T} and taken away at {at:T}, before its lease had ended");
                lost += name is "lost" ? 1 : 0;
                held =
                    name is "claimed" or "started" ? (name, at)
                    : name is "renewed" ? held
                    : null;
            }
        }

        Count("times that a silent worker's lease ended", lost);
    }

    private void JudgeDeliveries(Dictionary<long, StoredTask> tasks)
    {
        Count("webhook deliveries that were taken, each at the fourth try", receiver.Taken.Count);
        Count("of them taken once more", receiver.Repeated);
        var told = receiver.Taken.Values.ToLookup(delivery => delivery.Task, delivery => delivery.Status);
        foreach (var id in farm.Hooked.Where(id => !told.Contains(id)))
            Violations.Add($"nobody was told that task {id} ended");
        foreach (var end in told)
        {
            if (end.Count() > 1)
                Violations.Add($"task {end.Key} has {end.Count()} deliveries");
            if (tasks.TryGetValue(end.Key, out var task) && end.Any(status => status != task.OcsStatus))
                Violations.Add($"task {end.Key} is {task.Status}, and was told to be {string.Join(", ", end)}");
        }
    }

    private void Count(string what, int count) => _counts[what] = count;
}
