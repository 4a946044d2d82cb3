namespace Chaos;

/// <summary>
/// Clients that schedule, repeat, wait and cancel, each as fast as it gets answers, and a record of the answers. A
/// request without an answer is repeated until it gets one, with the same key.
/// </summary>
internal sealed class Farm(IReadOnlyList<Uri> addresses, IReadOnlyList<string> users, Uri webhook)
{
    private const double RepeatShare = 0.2;
    private const double CancelShare = 0.1;
    private const double WaitShare = 0.7;
    private const int WebhookEvery = 20;

    private readonly Lock _lock = new();

    /// <summary>Every request that was answered with a task: its key, and the task's id.</summary>
    public Dictionary<string, long> Accepted { get; } = [];

    /// <summary>Tasks that a client was told are cancelled.</summary>
    public HashSet<long> Cancelled { get; } = [];

    /// <summary>Tasks with a webhook.</summary>
    public HashSet<long> Hooked { get; } = [];

    /// <summary>Ends that clients were shown: they must be the last.</summary>
    public Dictionary<long, (string Status, string? Output)> Seen { get; } = [];

    public int Repeats { get; private set; }

    /// <summary>The faults found during the run.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Runs until it is stopped; finishes what it has begun, so that no outcome is in doubt.</summary>
    public Task RunAsync(int clients, CancellationToken stopping, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(number => ClientAsync(number, stopping, cancellationToken)));

    private async Task ClientAsync(int number, CancellationToken stopping, CancellationToken cancellationToken)
    {
        using var api = Api.OfUser(addresses, users[number % users.Count]);
        for (var count = 0; !stopping.IsCancellationRequested; count++)
        {
            var key = $"{number}-{count}";
            var hook = count % WebhookEvery == 0 ? webhook : null;
            var id = await ScheduleAsync(api, key, hook, cancellationToken);
            if (Random.Shared.NextDouble() < RepeatShare)
                await RepeatAsync(api, key, hook, id, cancellationToken);
            if (Random.Shared.NextDouble() < CancelShare)
                await CancelAsync(api, id, cancellationToken);
            if (Random.Shared.NextDouble() < WaitShare)
                await WaitAsync(api, id, stopping, cancellationToken);
        }
    }

    private async Task<long> ScheduleAsync(Api api, string key, Uri? hook, CancellationToken cancellationToken)
    {
        var reply = await Api.RetryAsync(() => api.ScheduleAsync(key, hook, cancellationToken), cancellationToken);
        lock (_lock)
        {
            Accepted[key] = reply.Id;
            if (hook is not null)
                Hooked.Add(reply.Id);
        }

        return reply.Id;
    }

    private async Task RepeatAsync(Api api, string key, Uri? hook, long id, CancellationToken cancellationToken)
    {
        var again = await Api.RetryAsync(() => api.ScheduleAsync(key, hook, cancellationToken), cancellationToken);
        lock (_lock)
        {
            Repeats++;
            if (again.Id != id)
                Violations.Add($"key {key} was given the tasks {id} and {again.Id}");
        }
    }

    private async Task CancelAsync(Api api, long id, CancellationToken cancellationToken)
    {
        await Task.Delay(Random.Shared.Next(100), cancellationToken);
        var reply = await Api.RetryAsync(() => api.PostAsync($"/tasks/{id}/cancel", null, cancellationToken), cancellationToken);
        lock (_lock)
        {
            if (reply.Status == "STATUS_CANCELLED")
                Cancelled.Add(id);
        }
    }

    private async Task WaitAsync(Api api, long id, CancellationToken stopping, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 3 && !stopping.IsCancellationRequested; attempt++)
        {
            var reply = await Api.RetryAsync(() => api.GetAsync($"/task/{id}?wait=5", cancellationToken), cancellationToken);
            if (!reply.HasEnded)
                continue;

            lock (_lock)
                Seen[id] = (reply.Status, reply.Output);
            return;
        }
    }
}
