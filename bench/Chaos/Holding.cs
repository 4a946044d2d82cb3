namespace Chaos;

/// <summary>
/// The time in which a worker surely held a task: from the answer to its claim until its lease could have ended, or it let go.
/// </summary>
internal sealed record Holding(long Task, string Claim, long From, long Until)
{
    /// <remarks>
    /// A lease runs from some moment between question and answer; only the question's time is safe. Between two renewals
    /// the worker had the task, also if the lease had ended: had another one taken it, the second would have been refused.
    /// </remarks>
    public static List<Holding> Of(IEnumerable<Entry> entries)
    {
        var lease = (long)ChaosOptions.Lease.TotalMilliseconds;
        var claims =
            from entry in entries
            group entry by (entry.Task, entry.Claim) into claim
            let claimed = claim.FirstOrDefault(entry => entry.Kind == EntryKind.Claimed)
            where claimed is not null
            let leaseEnd = claim.Where(entry => entry.Kind is EntryKind.Claimed or EntryKind.Renewed).Max(entry => entry.Sent) + lease
            let letGo = claim.Where(entry => entry.Kind == EntryKind.LetsGo).Select(entry => entry.Sent).DefaultIfEmpty(long.MaxValue).Min()
            select new Holding(claim.Key.Task, claim.Key.Claim, claimed.Got, Math.Min(leaseEnd, letGo));
        return [.. claims];
    }

    /// <summary>Pairs of workers that held the same task at the same moment.</summary>
    public static IEnumerable<string> Overlaps(IEnumerable<Holding> holdings)
    {
        foreach (var task in holdings.GroupBy(holding => holding.Task))
        {
            var holders = task.ToList();
            for (var one = 0; one < holders.Count; one++)
            {
                for (var other = one + 1; other < holders.Count; other++)
                {
                    var from = Math.Max(holders[one].From, holders[other].From);
                    if (from < Math.Min(holders[one].Until, holders[other].Until))
                        yield return $"task {task.Key} was held by {holders[one].Claim} and {holders[other].Claim} at the same time";
                }
            }
        }
    }

    /// <summary>The changes of workers to a task while another worker surely held it.</summary>
    public static IEnumerable<string> Intrusions(IEnumerable<Holding> holdings, IEnumerable<Entry> entries)
    {
        var holders = holdings.ToLookup(holding => holding.Task);
        var intrusions =
            from entry in entries
            where entry.Kind is EntryKind.GaveBack or EntryKind.Failed
            from holder in holders[entry.Task]
            where holder.Claim != entry.Claim && holder.From <= entry.Sent && entry.Got <= holder.Until
            select (entry, holder);
        return intrusions.Select(pair =>
            $"task {pair.entry.Task} was held by {pair.holder.Claim} when {pair.entry.Claim} "
            + (pair.entry.Kind == EntryKind.Failed ? "failed it" : "gave it back")
        );
    }
}
