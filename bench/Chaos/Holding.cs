namespace Chaos;

/// <summary>The time in which a worker surely held a task: from the answer to its claim until its lease could have ended, or it let go.</summary>
internal sealed record Holding(long Task, string Claim, long From, long Until)
{
    /// <remarks>A lease runs from some moment between question and answer; only the question's time is safe.</remarks>
    public static List<Holding> Of(IEnumerable<Entry> entries)
    {
        var lease = (long)ChaosOptions.Lease.TotalMilliseconds;
        return
        [
            .. from entry in entries
               group entry by (entry.Task, entry.Claim) into claim
               let claimed = claim.FirstOrDefault(entry => entry.Kind == EntryKind.Claimed)
               where claimed is not null
               let leaseEnd = UnbrokenLeaseEnd(claimed, claim.Where(entry => entry.Kind == EntryKind.Renewed), lease)
               let letGo = claim.Where(entry => entry.Kind == EntryKind.LetsGo).Select(entry => entry.Sent).DefaultIfEmpty(long.MaxValue).Min()
               select new Holding(claim.Key.Task, claim.Key.Claim, claimed.Got, Math.Min(leaseEnd, letGo)),
        ];
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

    /// <summary>A renewal that came after the lease may have ended proves nothing: somebody else may have had the task by then.</summary>
    private static long UnbrokenLeaseEnd(Entry claimed, IEnumerable<Entry> renewals, long lease)
    {
        var end = claimed.Sent + lease;
        foreach (var renewal in renewals.OrderBy(renewal => renewal.Got))
        {
            if (renewal.Got >= end)
                break;
            end = renewal.Sent + lease;
        }

        return end;
    }
}
