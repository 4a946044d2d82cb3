using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// The log lines of a notification connection that breaks, each time at a moment that a real database cannot be held at.
/// </summary>
public sealed class NotificationRelayTests
{
    private const string Warning = "Could not receive notifications from other processes; trying again";

    [Theory]
    [InlineData("breaks once", "back")]
    [InlineData("is away, and just back when it is asked", "away back")]
    [InlineData("is away for long", "away away away back")]
    [InlineData("goes away again before the line stands", "back away back")]
    public async Task A_line_that_fails_with_its_database_is_no_news(string database, string attempts)
    {
        var log = await LogOfAsync(attempts);

        log.Should().BeEmpty($"the database {database}, of which Outages tells");
    }

    [Theory]
    [InlineData("back back")]
    [InlineData("back back back back")]
    [InlineData("away back back")]
    public async Task A_line_that_fails_again_while_its_database_can_be_read_is_told_once(string attempts)
    {
        var log = await LogOfAsync(attempts);

        log.Should().ContainSingle().Which.Should().Contain(Warning).And.Contain(BreakingLine.Reason);
    }

    private static async Task<IReadOnlyList<string>> LogOfAsync(string attempts)
    {
        var line = new BreakingLine(attempts.Split(' '));
        await using var server = await TestServer.StartAsync();
        server.ExpectedLog.Add(Warning);
        var services = server.Get<IServiceProvider>();
        using var relay = ActivatorUtilities.CreateInstance<NotificationRelay>(
            services,
            line,
            ActivatorUtilities.CreateInstance<ChangeWatcher>(services, line),
            new NoPauses()
        );
        await relay.StartAsync(CancellationToken.None);
        await line.Listening.WaitAsync(TimeSpan.FromMinutes(2));
        await relay.StopAsync(CancellationToken.None);
        return [.. server.Log.Where(entry => entry.Contains("Could not"))];
    }

    /// <summary>
    /// Fails as often as it is told to, and says at each failure whether the database can be read right after it; then it
    /// listens.
    /// </summary>
    private sealed class BreakingLine(IEnumerable<string> attempts) : IChangeNotifier
    {
        public const string Reason = "the line broke";

        private readonly ConcurrentQueue<string> _attempts = new(attempts);
        private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isAway;

        public Task Listening => _listening.Task;

        public bool DeliversNotifications => true;

        public TimeSpan PollInterval => TimeSpan.FromHours(1);

        public Task<long?> ReadVersionAsync(CancellationToken cancellationToken) =>
            _isAway ? throw new StoreUnavailableException("away", null) : Task.FromResult<long?>(null);

        public Task SendAsync(IReadOnlyCollection<TaskNotification> notices, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ListenAsync(Action connected, Action<TaskNotification> hear, CancellationToken cancellationToken)
        {
            if (!_attempts.TryDequeue(out var database))
            {
                _listening.TrySetResult();
                return Task.Delay(Timeout.Infinite, cancellationToken);
            }

            _isAway = database == "away";
            throw new IOException(Reason);
        }
    }

    /// <summary>A clock that runs as always, whose timers fire at once.</summary>
    private sealed class NoPauses : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
