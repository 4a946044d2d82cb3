namespace Chaos;

/// <summary>
/// A worker process: claims, reports, ends; and now and then does what bad workers do. It is killed without warning, so it
/// keeps a <see cref="Journal"/>.
/// </summary>
internal sealed class Worker(Api api, Journal journal, string name)
{
    private const int AtATime = 8;

    private static readonly string Next = $"/tasks_provider/next?providerIds[]={ServerProcess.App}&taskTypeIds[]={Uri.EscapeDataString(ChaosOptions.TaskType)}&wait=1";

    private static readonly long Lease = (long)ChaosOptions.Lease.TotalMilliseconds;

    /// <summary>How long a call may take at most that must not come too late.</summary>
    private const long Margin = 1500;

    private int _claims;

    public static async Task<int> RunAsync(Uri address, string journal, string name, CancellationToken cancellationToken)
    {
        using var api = Api.OfApp(address);
        using var entries = new Journal(journal);
        var worker = new Worker(api, entries, name);
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => worker.WorkAsync(cancellationToken)));
        return 0;
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var sent = Now;
            var claimed = await Api.InsistAsync(() => { sent = Now; return api.GetAsync(Next, cancellationToken); }, cancellationToken);
            if (claimed.Code == 204)
                continue;

            var claim = $"{name}.{Interlocked.Increment(ref _claims)}";
            journal.Write(new Entry(EntryKind.Claimed, claimed.Id, claim, sent, Now));
            await WorkAsync(claimed.Id, claim, sent + Lease, cancellationToken);
        }
    }

    private async Task WorkAsync(long id, string claim, long surelyUntil, CancellationToken cancellationToken)
    {
        for (var report = Random.Shared.Next(4); report > 0; report--)
        {
            await Task.Delay(Random.Shared.Next(60), cancellationToken);
            var path = $"/tasks_provider/{id}/{(report % 2 == 0 ? "heartbeat" : "progress")}";
            var sent = Now;
            var reply = await Api.InsistAsync(
                () =>
                {
                    sent = Now;
                    return api.PostAsync(path, new { progress = 0.5 }, cancellationToken);
                },
                cancellationToken);
            if (reply.HasEnded)
                return;

            journal.Write(new Entry(EntryKind.Renewed, id, claim, sent, Now));
            if (Now < surelyUntil)
                surelyUntil = sent + Lease;
        }

        switch (Random.Shared.Next(100))
        {
            case < 11 when Now + Margin > surelyUntil:
                // It may be another worker's by now, and nothing that is not surely one's own is given back.
                await FinishAsync(id, claim, cancellationToken);
                return;
            case < 3:
                // Leaves without a word; the lease brings the task back.
                return;
            case < 5:
                // Falls asleep over it and comes too late.
                await Task.Delay(ChaosOptions.Lease * 1.5, cancellationToken);
                await FinishAsync(id, claim, cancellationToken);
                return;
            case < 8:
                await GiveBackAsync($"/tasks_provider/{id}/release", new { }, id, claim, cancellationToken);
                return;
            case < 11:
                await GiveBackAsync($"/tasks_provider/{id}/result", new { errorMessage = "busy", retryable = true, retryAfter = 0 }, id, claim, cancellationToken);
                return;
            case < 14:
                await FailAsync(id, claim, cancellationToken);
                return;
            default:
                await FinishAsync(id, claim, cancellationToken);
                return;
        }
    }

    private async Task FinishAsync(long id, string claim, CancellationToken cancellationToken)
    {
        var output = $"done by {claim}";
        journal.Write(new Entry(EntryKind.LetsGo, id, claim, Now));
        var reply = await Api.InsistAsync(() => api.PostAsync($"/tasks_provider/{id}/result", new { output = new { output } }, cancellationToken), cancellationToken);
        journal.Write(new Entry(EntryKind.Finished, id, claim, 0, Now, reply.Status == "STATUS_SUCCESSFUL" && reply.Output == output, output));
    }

    private async Task FailAsync(long id, string claim, CancellationToken cancellationToken)
    {
        journal.Write(new Entry(EntryKind.LetsGo, id, claim, Now));
        var reply = await Api.InsistAsync(() => api.PostAsync($"/tasks_provider/{id}/result", new { errorMessage = claim }, cancellationToken), cancellationToken);
        if (reply.Status == "STATUS_FAILED")
            journal.Write(new Entry(EntryKind.Failed, id, claim, 0, Now));
    }

    /// <summary>Asked for once: a worker that asked again later might give back what somebody else has by then.</summary>
    private async Task GiveBackAsync(string path, object body, long id, string claim, CancellationToken cancellationToken)
    {
        journal.Write(new Entry(EntryKind.LetsGo, id, claim, Now));
        await api.PostAsync(path, body, cancellationToken);
    }
}
