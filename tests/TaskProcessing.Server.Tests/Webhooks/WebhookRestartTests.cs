using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep.Jobs;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Webhooks;

/// <summary>Deliveries outlive the server that began them, and belong to one server at a time.</summary>
public sealed class WebhookRestartTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;
    private WebhookReceiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await _database
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = "root",
                    DisplayName = "root",
                    PasswordHash = "",
                    IsAdmin = true,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                CancellationToken.None
            );
        _receiver = await WebhookReceiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_starts_goes_on_with_what_another_one_left()
    {
        _receiver.AnswerWith(500);
        await using (var first = await StartAsync())
        {
            await first.EndTaskAsync(_receiver.Url);
            await first.DeliveryBecomesAsync(delivery => delivery.LastStatus == 500);
        }

        await using var second = await StartAsync();
        await second.DeliveryBecomesAsync(WebhookState.Delivered, _time);

        _receiver.Received.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_delivery_of_a_killed_server_is_sent_again_after_its_claim()
    {
        var webhooks = _database.Get<IWebhookStore>();
        var id = await EndTaskWithoutServerAsync();
        var claimed = await webhooks.ClaimAsync(1, 1, [], _time.GetUtcNow(), _time.GetUtcNow().AddMinutes(1), CancellationToken.None);
        claimed.Single().TaskId.Should().Be(id);

        await using var server = await StartAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        (await server.DeliveryAsync()).State.Should().Be(WebhookState.Sending);
        _time.Advance(TimeSpan.FromSeconds(1));

        (
            await server.DeliveryBecomesAsync(delivery =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return delivery.State == WebhookState.Delivered;
            })
        ).Attempts.Should().Be(2);
    }

    [Fact]
    public async Task A_server_that_stops_lets_the_receiver_finish_and_notes_it()
    {
        var answering = new TaskCompletionSource();
        _receiver.Answer = (_, _) => answering.Task;
        var first = await StartAsync();
        await first.EndTaskAsync(_receiver.Url);
        await Eventually.BecomesTrue(() => !_receiver.Received.IsEmpty, "the request");

        var stopping = first.DisposeAsync();
        answering.SetResult();
        await stopping;

        (await _database.Get<IWebhookStore>().ListAsync(failedOnly: false, 1, CancellationToken.None))
            .Single()
            .State.Should()
            .Be(WebhookState.Delivered);
    }

    [Fact]
    public async Task Two_servers_on_one_database_send_each_delivery_once()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? first : second).EndTaskAsync(_receiver.Url)));
        await Eventually.BecomesTrue(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _database
                    .Get<IWebhookStore>()
                    .ListAsync(failedOnly: false, 100, CancellationToken.None)
                    .GetAwaiter()
                    .GetResult()
                    .All(delivery => delivery.State == WebhookState.Delivered);
            },
            "the delivery of all"
        );

        _receiver.Received.Select(request => request.Header("webhook-id")).Should().HaveCount(40).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task The_log_forgets_what_ended_long_ago()
    {
        await using var server = await StartAsync();
        await server.EndTaskAsync(_receiver.Url);
        await server.DeliveryBecomesAsync(WebhookState.Delivered);
        var later = new ManualTimeProvider();
        var duty = new RemoveOldWebhooks(
            _database.Get<IWebhookStore>(),
            Microsoft.Extensions.Options.Options.Create(new WebhookOptions { KeepDays = 2 }),
            later
        );

        later.Advance(TimeSpan.FromDays(1));
        await duty.RunAsync(CancellationToken.None);
        await server.DeliveryAsync();
        later.Advance(TimeSpan.FromDays(1.1));
        await duty.RunAsync(CancellationToken.None);

        (await _database.Get<IWebhookStore>().ListAsync(failedOnly: false, 1, CancellationToken.None)).Should().BeEmpty();
    }

    /// <summary>As a server does that is killed at once.</summary>
    private async Task<long> EndTaskWithoutServerAsync()
    {
        var now = _time.GetUtcNow();
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            AppId = "test",
            Input = "{}",
            WebhookUri = _receiver.Url,
            WebhookMethod = "HTTP:POST",
            ScheduledAt = now,
            LastUpdated = now,
        };
        await _database.Get<ITaskStore>().AddAsync(task, CancellationToken.None);
        await _database.Get<ITaskStore>().TryCancelAsync(task.Id, "test", now, CancellationToken.None);
        return task.Id;
    }

    private Task<TestServer> StartAsync() =>
        TestServer.StartAsync(time: _time, settings: WebhookReceiver.Settings(more: ("DataDirectory", _database.DataDirectory)));
}
