namespace Chaos;

/// <summary>
/// A worker process: claims, reports, ends; and sometimes misbehaves as bad workers do, above all with tasks that it has
/// lost. It is killed without warning, so it keeps a <see cref="Journal"/>.
/// </summary>
internal sealed class Worker(Api api, Journal journal, string name, bool forges)
{
    private const int AtATime = 8;

    /// <summary>Every so many tasks are such that one worker falls asleep over them while the next one takes its time.</summary>
    private const int HeavyEvery = 20;

    private static readonly string Next =
        $"/tasks_provider/next?providerIds[]={ServerProcess.App}&taskTypeIds[]={Uri.EscapeDataString(ChaosOptions.TaskType)}&wait=1";

    private int _claims;

    public static async Task<int> RunAsync(
        IReadOnlyList<Uri> addresses,
        string journal,
        string name,
        bool forges,
        CancellationToken cancellationToken
    )
    {
        using var api = Api.OfApp(addresses);
        using var entries = new Journal(journal);
        var worker = new Worker(api, entries, name, forges);
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => worker.WorkAsync(cancellationToken)));
        return 0;
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var sent = Now;
            var claimed = await Api.RetryAsync(
                () =>
                {
                    sent = Now;
                    return api.GetAsync(Next, cancellationToken);
                },
                cancellationToken
            );
            if (claimed.Code == 204)
                continue;

            var held = new HeldTask(claimed.Id, claimed.Claim, $"{name}.{Interlocked.Increment(ref _claims)}");
            journal.Write(new Entry(EntryKind.Claimed, held.Id, held.Name, sent, Now) { Number = held.Claim });
            if (held.Id % HeavyEvery != 0)
                await WorkAsync(held, cancellationToken);
            else if (Random.Shared.Next(2) == 0)
                await TakeTimeAsync(held, cancellationToken);
            else
                await OversleepAsync(held, cancellationToken);
        }
    }

    private async Task WorkAsync(HeldTask held, CancellationToken cancellationToken)
    {
        for (var report = Random.Shared.Next(4); report > 0; report--)
        {
            await Task.Delay(Random.Shared.Next(60), cancellationToken);
            if (!await ReportAsync(held, report % 2 == 0 ? "heartbeat" : "progress", cancellationToken))
                return;
        }

        switch (Random.Shared.Next(100))
        {
            case < 3:
                // Leaves without a word; the lease brings the task back.
                return;
            case < 5:
                await OversleepAsync(held, cancellationToken);
                return;
            case < 8:
                await GiveBackAsync(held, "release", cancellationToken);
                return;
            case < 11:
                await GiveBackAsync(held, "result", cancellationToken);
                return;
            case < 14:
                await FailAsync(held, cancellationToken);
                return;
            default:
                await FinishAsync(held, cancellationToken);
                return;
        }
    }

    /// <summary>Needs longer than a lease, and says so in time.</summary>
    private async Task TakeTimeAsync(HeldTask held, CancellationToken cancellationToken)
    {
        var until = Now + (long)(2 * ChaosOptions.Lease.TotalMilliseconds);
        while (Now < until)
        {
            await Task.Delay(Random.Shared.Next(300, 900), cancellationToken);
            if (!await ReportAsync(held, "heartbeat", cancellationToken))
                return;
        }

        await FinishAsync(held, cancellationToken);
    }

    /// <summary>
    /// Stays silent for longer than the lease, and then makes any call of workers on the task, although it mostly belongs
    /// to another worker by now.
    /// </summary>
    private async Task OversleepAsync(HeldTask held, CancellationToken cancellationToken)
    {
        await Task.Delay(ChaosOptions.Lease * (1.2 + Random.Shared.NextDouble()), cancellationToken);
        var late = forges ? held with { Claim = held.Claim + 1 } : held;
        string[] doings = ["progress", "heartbeat", "stream-result", "release", "result", "fail", "finish"];
        Random.Shared.Shuffle(doings);
        foreach (var doing in doings.Take(4))
        {
            await (
                doing switch
                {
                    "release" or "result" => GiveBackAsync(late, doing, cancellationToken),
                    "fail" => FailAsync(late, cancellationToken),
                    "finish" => FinishAsync(late, cancellationToken),
                    _ => ReportAsync(late, doing, cancellationToken),
                }
            );
            await Task.Delay(Random.Shared.Next(100), cancellationToken);
        }
    }

    /// <summary>Reports progress; true when the worker shall go on.</summary>
    private async Task<bool> ReportAsync(HeldTask held, string what, CancellationToken cancellationToken)
    {
        var sent = Now;
        var body = new
        {
            progress = 0.5,
            output = new { output = $"part of {held.Name}" },
            claim = held.Claim,
        };
        var reply = await Api.RetryAsync(
            () =>
            {
                sent = Now;
                return api.PostAsync(held.Route(what), body, cancellationToken);
            },
            cancellationToken
        );
        var goesOn = reply.Status == "STATUS_RUNNING";
        // Output that comes soon after the last one is dropped, and the lease is not renewed then.
        if (goesOn && what != "stream-result")
            journal.Write(new Entry(EntryKind.Renewed, held.Id, held.Name, sent, Now));
        if (reply.Status == "STATUS_CANCELLED")
            journal.Write(new Entry(EntryKind.SentAway, held.Id, held.Name, sent, Now));
        return goesOn;
    }

    private async Task FinishAsync(HeldTask held, CancellationToken cancellationToken)
    {
        var output = $"done by {held.Name}";
        var (_, reply) = await LetGoAsync(held, "result", new { output = new { output }, claim = held.Claim }, cancellationToken);
        journal.Write(
            new Entry(EntryKind.Finished, held.Id, held.Name, 0, Now, reply.Status == "STATUS_SUCCESSFUL" && reply.Output == output, output)
        );
    }

    private async Task FailAsync(HeldTask held, CancellationToken cancellationToken)
    {
        var (sent, reply) = await LetGoAsync(held, "result", new { errorMessage = held.Name, claim = held.Claim }, cancellationToken);
        if (reply.Status == "STATUS_FAILED")
            journal.Write(new Entry(EntryKind.Failed, held.Id, held.Name, sent, Now));
    }

    /// <param name="held">The task.</param>
    /// <param name="how">By release, or by the result that it may be tried again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task GiveBackAsync(HeldTask held, string how, CancellationToken cancellationToken)
    {
        var (sent, reply) = await LetGoAsync(
            held,
            how,
            new
            {
                errorMessage = "busy",
                retryable = true,
                retryAfter = 0,
                claim = held.Claim,
            },
            cancellationToken
        );
        if (reply.Status == "STATUS_SCHEDULED")
            journal.Write(new Entry(EntryKind.GaveBack, held.Id, held.Name, sent, Now));
        if (reply.Code == 409)
            journal.Write(new Entry(EntryKind.SentAway, held.Id, held.Name, sent, Now));
    }

    /// <summary>Says something that may end the lease, again and again until it is heard.</summary>
    private async Task<(long Sent, Reply Reply)> LetGoAsync(HeldTask held, string what, object body, CancellationToken cancellationToken)
    {
        var sent = Now;
        journal.Write(new Entry(EntryKind.LetsGo, held.Id, held.Name, sent));
        return (
            sent,
            await Api.RetryAsync(
                () => api.PostAsync(held.Route(what), body, cancellationToken),
                cancellationToken,
                mayConflict: what == "release"
            )
        );
    }

    /// <param name="Id">The task.</param>
    /// <param name="Claim">The server's number for the claim.</param>
    /// <param name="Name">The worker's own name for it, which no other claim has.</param>
    private sealed record HeldTask(long Id, long Claim, string Name)
    {
        public string Route(string what) => $"/tasks_provider/{Id}/{what}";
    }
}
