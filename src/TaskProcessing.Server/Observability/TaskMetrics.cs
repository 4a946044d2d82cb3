using System.Diagnostics.Metrics;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// Everything that the server counts and measures about its tasks. While nothing listens a call costs a look at a flag. Labels are
/// few: task types are bounded, and no user, task or receiver is ever one.
/// </summary>
internal sealed class TaskMetrics : IDisposable
{
    /// <summary>A task type more is about 70 series more.</summary>
    private const int MaxTypes = 100;

    private const string TypeLabel = "task.type";
    private const string OutcomeLabel = "outcome";
    private const string NextcloudLabel = "nextcloud";

    private readonly Meter _meter;
    private readonly BoundedLabels _types = new(MaxTypes);
    private readonly Counter<long> _scheduled;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _claimed;
    private readonly Counter<long> _finished;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _released;
    private readonly Counter<long> _requeued;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _run;
    private readonly Histogram<double> _webhookAttempts;
    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _commits;

    private Func<QueueLevels?> _levels = () => null;
    private Func<Waiters> _waiters = () => default;
    private Func<int> _outages = () => 0;
    private Func<long> _bodies = () => 0;

    /// <param name="name">The meter's name; servers in one process that shall not be added up have different ones.</param>
    public TaskMetrics(string name = "TaskProcessing")
    {
        _meter = new Meter(name);
        _scheduled = Counter("taskprocessing.tasks.scheduled", "{task}", "Tasks that were put into the queue.");
        _refused = Counter("taskprocessing.tasks.refused", "{task}", "Tasks that were not put into the queue, by reason.");
        _claimed = Counter("taskprocessing.tasks.claimed", "{task}", "Tasks that were handed to a worker, each attempt anew.");
        _finished = Counter("taskprocessing.tasks.finished", "{task}", "Tasks that have ended, by outcome.");
        _retried = Counter("taskprocessing.tasks.retried", "{task}", "Attempts that failed and are followed by another.");
        _released = Counter("taskprocessing.tasks.released", "{task}", "Tasks that a worker gave back unfinished.");
        _requeued = Counter("taskprocessing.tasks.requeued", "{task}", "Failed tasks that an operator had run again.");
        _lost = Counter("taskprocessing.leases.lost", "{lease}", "Leases that ended on a silent worker, by what became of the task.");
        _wait = Timer("taskprocessing.task.wait", "The time from schedule to the first claim.", Buckets.Wait);
        _run = Timer("taskprocessing.task.run", "The time from the last claim to the end, by outcome.", Buckets.Run);
        _webhookAttempts = Timer("taskprocessing.webhook.attempt", "Attempts to deliver a webhook, by outcome.", Buckets.Call);
        _commits = Timer("taskprocessing.store.commit", "The time from the begin of a batch of writes to its commit.", Buckets.Commit);
        _batches = _meter.CreateHistogram(
            "taskprocessing.store.batch.size",
            "{write}",
            "Writes that shared a commit.",
            tags: null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = Buckets.Batch }
        );
        AddGauges();
    }

    public string Name => _meter.Name;

    public void Scheduled(string type) => Count(_scheduled, type);

    /// <param name="reason">One of a few words.</param>
    public void Refused(string reason) => _refused.Add(1, Label("reason", reason));

    public void Claimed(string type) => Count(_claimed, type);

    /// <summary>A task was claimed for the first time.</summary>
    public void Waited(string type, TimeSpan time)
    {
        if (_wait.Enabled)
            _wait.Record(Seconds(time), Type(type));
    }

    /// <param name="type">The task type.</param>
    /// <param name="outcome">One of a few words.</param>
    /// <param name="run">How long it ran; null when no worker had it.</param>
    public void Finished(string type, string outcome, TimeSpan? run)
    {
        Count(_finished, type, outcome);
        if (run is { } time && _run.Enabled)
            _run.Record(Seconds(time), Type(type), Label(OutcomeLabel, outcome));
    }

    public void Retried(string type) => Count(_retried, type);

    public void Released(string type) => Count(_released, type);

    public void Requeued(string type) => Count(_requeued, type);

    /// <param name="type">The task type.</param>
    /// <param name="outcome">One of a few words.</param>
    public void LeaseLost(string type, string outcome) => Count(_lost, type, outcome);

    /// <param name="outcome">One of a few words.</param>
    /// <param name="time">How long the receiver took.</param>
    public void WebhookTried(string outcome, TimeSpan time) => _webhookAttempts.Record(time.TotalSeconds, Label(OutcomeLabel, outcome));

    /// <param name="writes">How many writes shared the commit.</param>
    /// <param name="time">From its begin until it was durable.</param>
    public void Committed(int writes, TimeSpan time)
    {
        _batches.Record(writes);
        _commits.Record(time.TotalSeconds);
    }

    /// <summary>Where the gauges get their values; asked for when somebody reads them.</summary>
    /// <param name="levels">Null when the database cannot be read.</param>
    /// <param name="waiters">Those of this process.</param>
    /// <param name="outages">How many of the places that data is kept in cannot be used.</param>
    /// <param name="bodies">How many bytes of request bodies are held.</param>
    public void Observe(Func<QueueLevels?> levels, Func<Waiters> waiters, Func<int> outages, Func<long> bodies) =>
        (_levels, _waiters, _outages, _bodies) = (levels, waiters, outages, bodies);

    public void Dispose() => _meter.Dispose();

    private void AddGauges()
    {
        Gauge("taskprocessing.queue.tasks", "{task}", "Tasks that have not ended, by state.", ListTasks);
        Gauge("taskprocessing.queue.oldest.age", "s", "The time since the oldest waiting task was scheduled.", ListAges);
        Gauge("taskprocessing.webhooks.waiting", "{delivery}", "Webhook deliveries that have not ended.", ListWebhooks);
        Gauge(
            "taskprocessing.nextcloud.tasks",
            "{task}",
            "Tasks of a connected Nextcloud that have not ended there, by state.",
            ListNextcloudTasks
        );
        Gauge(
            "taskprocessing.nextcloud.result.age",
            "s",
            "The time for which the oldest result has been on its way to a connected Nextcloud.",
            ListResultAges
        );
        Gauge("taskprocessing.nextcloud.trouble", "", "1 when something hinders the work for a connected Nextcloud.", ListTroubles);
        Gauge("taskprocessing.nextcloud.silence", "s", "The time since the last contact with a connected Nextcloud.", ListSilences);
        Gauge("taskprocessing.waiters", "{waiter}", "Workers and requests that wait in this process, by kind.", ListWaiters);
        Gauge("taskprocessing.outages", "{place}", "Places for data that cannot be used; the log names them.", () => [new(_outages())]);
        Gauge("taskprocessing.request.bodies", "By", "The bytes of request bodies that are read as a whole.", () => [new(_bodies())]);
    }

    private IEnumerable<Measurement<double>> ListTasks() =>
        ByType()
            .SelectMany(type =>
                new Measurement<double>[]
                {
                    new(type.Sum(level => level.Waiting), Label(TypeLabel, type.Key), Label("state", "waiting")),
                    new(type.Sum(level => level.Delayed), Label(TypeLabel, type.Key), Label("state", "delayed")),
                    new(type.Sum(level => level.Running), Label(TypeLabel, type.Key), Label("state", "running")),
                }
            );

    private IEnumerable<Measurement<double>> ListAges() =>
        ByType().Select(type => new Measurement<double>(Seconds(type.Max(level => level.OldestAge)), Label(TypeLabel, type.Key)));

    private IEnumerable<Measurement<double>> ListWebhooks() => _levels() is { } levels ? [new(levels.WaitingWebhooks)] : [];

    private IEnumerable<Measurement<double>> ListNextcloudTasks() =>
        Nextclouds()
            .SelectMany(one =>
                new Measurement<double>[]
                {
                    new(one.Waiting, Label(NextcloudLabel, one.Id), Label("state", "waiting")),
                    new(one.Running, Label(NextcloudLabel, one.Id), Label("state", "running")),
                    new(one.Finishing, Label(NextcloudLabel, one.Id), Label("state", "finishing")),
                }
            );

    private IEnumerable<Measurement<double>> ListTroubles() =>
        Nextclouds()
            .Select(one => new Measurement<double>(
                one.Trouble is null ? 0 : 1,
                Label(NextcloudLabel, one.Id),
                Label("kind", one.Trouble ?? "none")
            ));

    private IEnumerable<Measurement<double>> ListResultAges() =>
        Nextclouds().Select(one => new Measurement<double>(Seconds(one.ResultAge), Label(NextcloudLabel, one.Id)));

    private IEnumerable<Measurement<double>> ListSilences() =>
        Nextclouds()
            .Where(one => one.Silence is not null)
            .Select(one => new Measurement<double>(Seconds(one.Silence), Label(NextcloudLabel, one.Id)));

    private IReadOnlyList<NextcloudLevel> Nextclouds() => _levels()?.Nextclouds ?? [];

    private IEnumerable<Measurement<double>> ListWaiters()
    {
        var (workers, ofTasks, ofUsers) = _waiters();
        return [new(workers, Label("kind", "worker")), new(ofTasks, Label("kind", "task")), new(ofUsers, Label("kind", "user"))];
    }

    /// <summary>Types that share a label are together. One that has nothing to do any more is shown as 0, not forgotten.</summary>
    private IEnumerable<IGrouping<string, QueueLevel>> ByType() =>
        _levels() is not { } levels
            ? []
            : levels.Queue.Concat(_types.Known.Select(type => new QueueLevel(type, 0, 0, 0, null))).GroupBy(level => _types.Of(level.Type));

    private void Count(Counter<long> counter, string type)
    {
        if (counter.Enabled)
            counter.Add(1, Type(type));
    }

    private void Count(Counter<long> counter, string type, string outcome)
    {
        if (counter.Enabled)
            counter.Add(1, Type(type), Label(OutcomeLabel, outcome));
    }

    private KeyValuePair<string, object?> Type(string type) => Label(TypeLabel, _types.Of(type));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    /// <summary>Clocks of several servers differ, and clocks are set back.</summary>
    private static double Seconds(TimeSpan? time) => Math.Max(0, time?.TotalSeconds ?? 0);

    private Counter<long> Counter(string name, string unit, string description) => _meter.CreateCounter<long>(name, unit, description);

    private void Gauge(string name, string unit, string description, Func<IEnumerable<Measurement<double>>> values) =>
        _meter.CreateObservableGauge(name, values, unit, description);

    private Histogram<double> Timer(string name, string description, IReadOnlyList<double> buckets) =>
        _meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    /// <summary>The upper bounds of the histograms, in seconds but for the sizes of batches.</summary>
    private static class Buckets
    {
        /// <summary>A waiting worker gets a task in milliseconds; where workers lack, tasks wait for an hour.</summary>
        public static readonly double[] Wait = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

        /// <summary>From the text work of this process to models that think for half an hour.</summary>
        public static readonly double[] Run = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

        public static readonly double[] Call = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

        public static readonly double[] Commit = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

        public static readonly int[] Batch = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    }
}
