using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>One trace from schedule through claim to result and webhook.</summary>
public sealed class TraceTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task Without_tracing_the_trace_of_the_client_reaches_worker_and_webhook_as_it_came(DatabaseProvider store)
    {
        var trace = NewTrace();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var server = await TestServer.StartAsync(store, settings: WebhookReceiver.Settings());
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");

        await ScheduleAsync(alice, trace, receiver.Url);
        var claimed = await NextAsync(worker);
        await worker.FinishAsync(claimed.TaskId, new { output = "done" });
        await server.DeliveryBecomesAsync(WebhookState.Delivered);

        ((string?)claimed.Data!["traceparent"]).Should().Be(trace);
        claimed.Task.ContainsKey("traceparent").Should().BeFalse("a task is exactly as Nextcloud shows it");
        receiver.Received.Single().Header("traceparent").Should().Be(trace);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-0123")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later")]
    public async Task What_is_no_trace_is_not_kept(string? sent)
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");

        await ScheduleAsync(alice, sent, "http://127.0.0.1:1");
        var claimed = await NextAsync(worker);

        claimed.Data!.AsObject().ContainsKey("traceparent").Should().BeFalse();
    }

    [Fact]
    public async Task With_tracing_every_part_of_a_task_is_a_span_of_the_trace_that_it_was_scheduled_in()
    {
        var (clients, workers) = (NewTrace(), NewTrace());
        using var spans = new Spans(clients, workers);
        await using var receiver = await WebhookReceiver.StartAsync();
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: WebhookReceiver.Settings());
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");

        await ScheduleAsync(alice, clients, receiver.Url);
        time.Advance(TimeSpan.FromSeconds(3));
        worker.DefaultRequestHeaders.Add("traceparent", workers);
        var claimed = await NextAsync(worker);
        time.Advance(TimeSpan.FromSeconds(7));
        await worker.FinishAsync(claimed.TaskId, new { output = "done" });
        await server.DeliveryBecomesAsync(WebhookState.Delivered, time);

        await Eventually.BecomesTrue(() => spans.Ended.Any(span => span.OperationName == "webhook"), "the span of the webhook");
        var ours = spans.Ended.Where(span => span.Source.Name == TaskTraces.Name).ToDictionary(span => span.OperationName);
        ours.Keys.Should().BeEquivalentTo($"schedule {Type}", $"wait {Type}", $"run {Type}", "webhook");
        ours.Values.Should().OnlyContain(span => span.TraceId.ToHexString() == TraceIdOf(clients));
        var schedule = ours[$"schedule {Type}"];
        ((string?)claimed.Data!["traceparent"]).Should().Be(schedule.Id);
        foreach (var part in ours.Values.Except([schedule]))
            part.ParentSpanId.Should().Be(schedule.SpanId);
        ours[$"wait {Type}"].Duration.Should().Be(TimeSpan.FromSeconds(3));
        ours[$"run {Type}"].Duration.Should().Be(TimeSpan.FromSeconds(7));
        ours[$"run {Type}"].Links.Select(link => link.Context.TraceId.ToHexString()).Should().Equal(TraceIdOf(workers));
        ours[$"run {Type}"].GetTagItem("taskprocessing.outcome").Should().Be("successful");
        TraceIdOf(receiver.Received.Single().Header("traceparent")!).Should().Be(TraceIdOf(clients));
        ours.Values.SelectMany(span => span.TagObjects).Should().NotContain(tag => tag.Value as string == "alice");
    }

    [Fact]
    public async Task A_repeat_of_a_schedule_from_another_trace_is_the_same_request()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        alice.DefaultRequestHeaders.Add("Idempotency-Key", "once");

        var first = await ScheduleAsync(alice, NewTrace(), "http://127.0.0.1:1");
        var second = await ScheduleAsync(alice, NewTrace(), "http://127.0.0.1:1");

        second.Should().Be(first);
    }

    private static string NewTrace() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private static string TraceIdOf(string traceParent) => traceParent.Split('-')[1];

    private static Task<OcsReply> NextAsync(HttpClient worker) =>
        worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");

    private static async Task<long> ScheduleAsync(HttpClient user, string? trace, string webhook)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{OcsDriver.Root}/schedule");
        request.Content = JsonContent.Create(
            new
            {
                input = new { input = "hello" },
                type = Type,
                appId = "test",
                webhookUri = webhook + "/hook",
                webhookMethod = "HTTP:POST",
            }
        );
        if (trace is not null)
            request.Headers.TryAddWithoutValidation("traceparent", trace);
        using var answer = await user.SendAsync(request, Token);
        return (await OcsDriver.DataOf(answer)).GetProperty("task").GetProperty("id").GetInt64();
    }

    /// <summary>Listens to spans of some traces only: other tests run beside this one, and see nothing of it.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;

        public Spans(params string[] traces)
        {
            var ids = traces.Select(TraceIdOf).ToHashSet();
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is TaskTraces.Name or "Microsoft.AspNetCore",
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                    ids.Contains(options.Parent.TraceId.ToHexString())
                        ? ActivitySamplingResult.AllDataAndRecorded
                        : ActivitySamplingResult.None,
                ActivityStopped = Ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> Ended { get; } = new();

        public void Dispose() => _listener.Dispose();
    }
}
