using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Sdk.Workers.Running;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class ProgressThrottleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);
    private readonly ManualTimeProvider _time = new();
    private readonly ProgressThrottle _throttle;

    public ProgressThrottleTests() => _throttle = new ProgressThrottle(Interval, KeepAlive, _time);

    [Fact]
    public async Task The_first_report_goes_at_once()
    {
        _throttle.Offer(0.1);

        (await NextAsync()).Progress.Should().Be(0.1);
    }

    [Fact]
    public async Task Only_the_last_report_within_the_interval_is_sent_at_its_end()
    {
        _throttle.Offer(0.1);
        await NextAsync();

        var next = NextAsync();
        _throttle.Offer(0.2);
        _throttle.Offer(0.3);
        await _time.WhenSomebodyWaitsAsync(Interval);
        next.IsCompleted.Should().BeFalse();
        _time.Advance(Interval);

        (await next).Progress.Should().Be(0.3);
    }

    [Fact]
    public async Task Progress_that_did_not_grow_waits_for_the_keep_alive()
    {
        _throttle.Offer(0.5);
        await NextAsync();

        var next = NextAsync();
        _throttle.Offer(0.5);
        _throttle.Offer(0.4);
        await _time.WhenSomebodyWaitsAsync(Interval);
        _time.Advance(Interval);
        await _time.WhenSomebodyWaitsAsync(KeepAlive - Interval);
        next.IsCompleted.Should().BeFalse();
        _time.Advance(KeepAlive - Interval);

        (await next).Progress.Should().Be(0.5);
    }

    [Fact]
    public async Task Without_any_report_the_keep_alive_says_zero()
    {
        var next = NextAsync();
        await _time.WhenSomebodyWaitsAsync(KeepAlive);
        _time.Advance(KeepAlive);

        (await next).Should().Be(new PendingReport(0, null));
    }

    [Fact]
    public async Task Output_goes_without_progress_that_did_not_grow()
    {
        var output = new TaskOutput { ["output"] = "so far" };
        _throttle.Offer(output);

        (await NextAsync()).Should().Be(new PendingReport(null, output));
    }

    [Fact]
    public void Progress_of_a_task_that_streams_leaves_room_for_its_output()
    {
        var withProgress = new List<int>();
        for (var second = 0; second <= 10; second++)
        {
            _throttle.Offer(second / 100.0);
            _throttle.Offer(new TaskOutput { ["output"] = $"{second}" });
            _throttle.TryTake(out var report).Should().BeTrue();
            report.Output.Should().NotBeNull();
            if (report.Progress is not null)
                withProgress.Add(second);

            _throttle.Confirm();
            _time.Advance(Interval);
        }

        withProgress.Should().Equal(0, 5, 10);
    }

    [Fact]
    public async Task Progress_that_was_held_back_for_output_goes_with_the_keep_alive_at_the_latest()
    {
        _throttle.Offer(0.1);
        _throttle.Offer(new TaskOutput { ["output"] = "so far" });
        await NextAsync();

        var next = NextAsync();
        await _time.WhenSomebodyWaitsAsync(Interval);
        _throttle.Offer(0.9);
        _time.Advance(Interval);
        await _time.WhenSomebodyWaitsAsync(KeepAlive - Interval);
        next.IsCompleted.Should().BeFalse();
        _time.Advance(KeepAlive - Interval);

        (await next).Should().Be(new PendingReport(0.9, null));
    }

    [Fact]
    public async Task A_report_that_did_not_arrive_is_made_good_by_the_keep_alive()
    {
        _throttle.Offer(0.5);
        await _throttle.NextAsync(TestContext.Current.CancellationToken);

        var next = NextAsync();
        await _time.WhenSomebodyWaitsAsync(Interval);
        _time.Advance(Interval);
        await _time.WhenSomebodyWaitsAsync(KeepAlive - Interval);
        _time.Advance(KeepAlive - Interval);

        (await next).Progress.Should().Be(0.5);
    }

    [Fact]
    public void Reports_keep_their_distance_never_fall_and_end_with_the_highest()
    {
        var offers = Gen.Zip(Gen.Choose(0, 100), Gen.Choose(0, 3000)).ListOf().ToArbitrary();

        Prop.ForAll(offers, Play).QuickCheckThrowOnFailure();
    }

    private static bool Play(IEnumerable<(int Percent, int PauseMs)> offers)
    {
        var time = new ManualTimeProvider();
        var throttle = new ProgressThrottle(Interval, TimeSpan.FromDays(1), time);
        var sent = new List<(DateTimeOffset At, double Progress)>();
        var highest = -1.0;
        foreach (var (percent, pause) in offers)
        {
            throttle.Offer(percent / 100.0);
            highest = Math.Max(highest, percent / 100.0);
            SendWhatIsDue();
            time.Advance(TimeSpan.FromMilliseconds(pause));
            SendWhatIsDue();
        }

        time.Advance(Interval);
        SendWhatIsDue();
        return sent.Zip(sent.Skip(1)).All(pair => pair.Second.At - pair.First.At >= Interval && pair.Second.Progress > pair.First.Progress)
            && (highest < 0 ? sent.Count == 0 : sent[^1].Progress.Equals(highest));

        void SendWhatIsDue()
        {
            while (throttle.TryTake(out var report))
                sent.Add((time.GetUtcNow(), report.Progress!.Value));
        }
    }

    private async Task<PendingReport> NextAsync()
    {
        var report = await _throttle.NextAsync(TestContext.Current.CancellationToken);
        _throttle.Confirm();
        return report;
    }
}
