namespace NextcloudChaos;

/// <summary>What must hold of a Nextcloud's tasks after a run.</summary>
internal static class Verdict
{
    /// <summary>Waits until all tasks have ended, and lists what is wrong.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(Cloud cloud, TimeSpan longest, CancellationToken cancellationToken)
    {
        var until = DateTime.UtcNow + longest;
        Dictionary<long, string> tasks;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            tasks = await cloud.ListAsync(cancellationToken);
        } while (tasks.Values.Any(status => !HasEnded(status)) && DateTime.UtcNow < until);

        var name = cloud.Server.Name;
        return
        [
            .. cloud.Accepted.Keys.Where(id => !tasks.ContainsKey(id)).Select(id => $"{name}: task {id} is lost"),
            .. tasks.Where(task => task.Value != "STATUS_SUCCESSFUL").Select(task => $"{name}: task {task.Key} is {task.Value}"),
            .. cloud.Front.Faults.Select(fault => $"{name}: {fault}"),
        ];
    }

    private static bool HasEnded(string status) => status is "STATUS_SUCCESSFUL" or "STATUS_FAILED" or "STATUS_CANCELLED";
}
