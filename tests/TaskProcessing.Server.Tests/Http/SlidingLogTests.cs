using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Server.Accounts.Rates;

namespace TaskProcessing.Server.Tests.Http;

public sealed class SlidingLogTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(120);

    [Fact]
    public void A_refused_call_tells_the_wait_and_does_not_prolong_it()
    {
        var time = new ManualTimeProvider();
        var log = new SlidingLog(time);
        for (var call = 0; call < 20; call++)
        {
            log.TryCount("user alice", 20, Period).Should().BeNull();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        log.TryCount("user alice", 20, Period).Should().Be(TimeSpan.FromSeconds(100));
        log.TryCount("user bob", 20, Period).Should().BeNull();
        time.Advance(TimeSpan.FromSeconds(99.999));
        log.TryCount("user alice", 20, Period).Should().Be(TimeSpan.FromSeconds(0.001));
        time.Advance(TimeSpan.FromSeconds(0.001));
        log.TryCount("user alice", 20, Period).Should().BeNull();
        log.TryCount("user alice", 20, Period).Should().NotBeNull("only the first of the twenty has expired");
    }

    [Fact]
    public void It_agrees_with_a_list_of_all_events_after_any_sequence() =>
        Prop.ForAll<(byte Pause, bool Other)[]>(calls =>
            {
                var time = new ManualTimeProvider();
                var log = new SlidingLog(time);
                var events = new List<(string Key, DateTimeOffset Expiry)>();
                foreach (var (pause, other) in calls ?? [])
                {
                    time.Advance(TimeSpan.FromSeconds(pause));
                    var key = other ? "b" : "a";
                    var now = time.GetUtcNow();
                    var living = events.Where(entry => entry.Key == key && entry.Expiry > now).ToList();
                    log.TryCount(key, 3, Period).Should().Be(living.Count >= 3 ? living.Min(entry => entry.Expiry) - now : null);
                    if (living.Count < 3)
                        events.Add((key, now + Period));
                }
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Callers_at_the_same_time_get_no_more_than_the_limit()
    {
        var log = new SlidingLog(new ManualTimeProvider());
        var granted = 0;
        Parallel.For(
            0,
            20_000,
            call =>
            {
                if (log.TryCount($"key {call % 2}", 50, Period) is null)
                    Interlocked.Increment(ref granted);
            }
        );

        granted.Should().Be(100);
    }
}
