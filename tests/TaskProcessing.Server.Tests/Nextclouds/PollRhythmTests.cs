using System.Text;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>How often a Nextcloud is asked: seldom where it tells of its tasks, and as ever where it does not, or its calls get lost.</summary>
public sealed class PollRhythmTests
{
    private const string Type = "core:text2text";

    private readonly ManualTimeProvider _time = new();
    private readonly NextcloudPace _pace = new();
    private readonly PollRhythm _rhythm;

    public PollRhythmTests() => _rhythm = new PollRhythm(_pace, _time);

    [Fact]
    public void A_Nextcloud_that_never_calls_is_asked_every_few_seconds_and_every_second_after_a_task()
    {
        Empty().Should().Be(_pace.IdlePoll);
        Task().Should().Be(TimeSpan.Zero, "there may be another one");
        Empty().Should().Be(_pace.BusyPoll);
        _time.Advance(_pace.BusyTime);
        Empty().Should().Be(_pace.IdlePoll);
    }

    [Fact]
    public void One_that_calls_is_asked_seldom_when_nothing_of_it_is_under_way()
    {
        Empty(wasCalled: true).Should().Be(_pace.CalledPoll);
        Empty().Should().Be(_pace.CalledPoll);
        Empty(wasIdle: false).Should().Be(_pace.IdlePoll, "it does not call while a task of the type is running there");
        Empty().Should().Be(_pace.CalledPoll);

        Task(wasCalled: true).Should().Be(TimeSpan.Zero);
        Empty(wasIdle: false).Should().Be(_pace.BusyPoll);
        _time.Advance(_pace.BusyTime);
        Empty().Should().Be(_pace.CalledPoll);
    }

    [Fact]
    public void A_task_that_nobody_told_of_ends_the_reliance_on_calls_for_an_hour()
    {
        Empty(wasCalled: true).Should().Be(_pace.CalledPoll);
        Task();
        _time.Advance(_pace.BusyTime);

        Empty().Should().Be(_pace.IdlePoll);
        Empty(wasCalled: true).Should().Be(_pace.IdlePoll, "another call may get lost again");
        _time.Advance(_pace.CallDoubt);
        Empty().Should().Be(_pace.CalledPoll);
        Task(wasCalled: true);
        _time.Advance(_pace.BusyTime);
        Empty().Should().Be(_pace.CalledPoll, "this one was told of");
    }

    [Fact]
    public async Task A_call_brings_a_task_long_before_the_next_poll()
    {
        var seldom = StandInNextcloud.Quick with { BusyTime = TimeSpan.Zero, IdlePoll = TimeSpan.FromHours(1) };
        await using var cloud = await StandInNextcloud.StartAsync(version: 33);
        await using var bridge = await StandInNextcloud.StartBridgeAsync([], pace: seldom);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        await cloud.ConnectAsync(bridge);
        await Eventually.BecomesTrue(() => cloud.Front.Count("next") > 0, "the first poll");
        using var alice = await cloud.Server.UserAsync("alice");
        await alice.ScheduleAsync(Type, new { input = "What is new?" });

        using var client = bridge.Guest();
        using var call = new HttpRequestMessage(HttpMethod.Post, "/trigger");
        call.Headers.Add("EX-APP-ID", "taskprocessing");
        call.Headers.Add("EX-APP-VERSION", "33.0.0");
        call.Headers.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes($":{StandInNextcloud.Secret}")));
        (await client.SendAsync(call, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        (await BridgeTests.ClaimedHereAsync(worker, Type)).Should().BePositive();
    }

    private TimeSpan Empty(bool wasCalled = false, bool wasIdle = true) => _rhythm.Next(hasTask: false, wasCalled, wasIdle);

    private TimeSpan Task(bool wasCalled = false) => _rhythm.Next(hasTask: true, wasCalled, wasIdle: true);
}
