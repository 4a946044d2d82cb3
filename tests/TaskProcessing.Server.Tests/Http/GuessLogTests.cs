using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Guessing;

namespace TaskProcessing.Server.Tests.Http;

public sealed class GuessLogTests
{
    private const string Office = "192.0.2.1/32";
    private readonly ManualTimeProvider _time = new();
    private readonly GuessLog _log;

    public GuessLogTests() =>
        _log = new GuessLog(
            Options.Create(
                new BruteForceOptions
                {
                    MaxAttempts = 3,
                    MaxNames = 4,
                    PeriodSeconds = 60,
                }
            ),
            _time
        );

    [Fact]
    public void A_name_is_refused_until_the_first_of_its_failures_is_old()
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            _log.Wait(Office, "alice").Should().BeNull();
            _log.Failed(Office, "alice");
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        _log.Wait(Office, "alice").Should().Be(TimeSpan.FromSeconds(30));
        _log.Wait(Office, "bob").Should().BeNull();
        _log.Wait("192.0.2.2/32", "alice").Should().BeNull();
        _log.TakeBegun()
            .Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(
                new
                {
                    Network = Office,
                    Name = "alice",
                    EndsAt = _time.GetUtcNow() + TimeSpan.FromSeconds(30),
                }
            );

        _time.Advance(TimeSpan.FromSeconds(30));
        _log.Wait(Office, "alice").Should().BeNull();
        _log.Failed(Office, "alice");
        _log.Wait(Office, "alice").Should().Be(TimeSpan.FromSeconds(10), "the second failure is the oldest now");
    }

    [Fact]
    public void Failures_that_are_refused_prolong_nothing()
    {
        Fail("alice", 3);
        _time.Advance(TimeSpan.FromSeconds(50));
        Fail("alice", 20);

        _time.Advance(TimeSpan.FromSeconds(10));
        _log.Wait(Office, "alice").Should().BeNull();
    }

    [Fact]
    public void A_network_that_fails_with_many_names_is_refused_for_all_of_them()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            _log.Wait(Office, "new").Should().BeNull();
            Fail(name, 1);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        _log.Wait(Office, "new").Should().Be(TimeSpan.FromSeconds(40));
        _log.Wait(Office, "new", countsOtherNames: false).Should().BeNull();
        _log.Wait("192.0.2.2/32", "new").Should().BeNull();
        _log.TakeBegun().Should().ContainSingle().Which.Name.Should().BeNull();

        _time.Advance(TimeSpan.FromSeconds(40));
        _log.Wait(Office, "new").Should().BeNull();
    }

    [Fact]
    public void One_name_over_and_over_is_no_many_names()
    {
        Fail("alice", 100);
        _log.Wait(Office, "bob").Should().BeNull();
    }

    [Fact]
    public void Lifting_removes_its_own_block_and_no_other()
    {
        Fail("a", 3);
        foreach (var name in new[] { "b", "c", "d" })
            Fail(name, 2);
        _log.Lift(Office, name: null);
        _log.Wait(Office, "b").Should().BeNull();
        _log.Wait(Office, "a").Should().NotBeNull("it is blocked for itself");

        _log.Lift(Office, "a");
        _log.Wait(Office, "a").Should().BeNull();
        _log.Lift("192.0.2.9/32", "a");
    }

    [Fact]
    public async Task Logins_that_are_being_verified_count_until_they_turn_out_to_be_right()
    {
        var begun = new List<TimeSpan?>();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
            begun.Add(await _log.TryBeginAsync(Office, name, countsOtherNames: true, CancellationToken.None));

        begun.Select(wait => wait is null).Should().Equal(true, true, true, true, false);
        await _log.RightAsync(Office, "b", CancellationToken.None);
        (await _log.TryBeginAsync(Office, "e", countsOtherNames: true, CancellationToken.None)).Should().BeNull();
        foreach (var name in new[] { "a", "c", "d", "e" })
            await _log.WrongAsync(Office, name, CancellationToken.None);
        _log.TakeBegun().Should().ContainSingle("it began once").Which.Name.Should().BeNull();
    }

    [Fact]
    public async Task A_right_login_takes_its_own_count_back_and_no_other()
    {
        Fail("alice", times: 2);
        (await _log.TryBeginAsync(Office, "alice", countsOtherNames: true, CancellationToken.None)).Should().BeNull();
        (await _log.TryBeginAsync(Office, "alice", countsOtherNames: true, CancellationToken.None)).Should().NotBeNull();
        await _log.RightAsync(Office, "alice", CancellationToken.None);

        _log.Wait(Office, "alice").Should().BeNull();
        _log.Failed(Office, "alice");
        _log.Wait(Office, "alice").Should().NotBeNull();
    }

    [Fact]
    public void An_attack_from_ever_new_networks_takes_no_more_than_so_much_memory()
    {
        for (var network = 0; network < 50_000; network++)
            _log.Failed($"2001:db8:{network:x}::/56", "alice");

        _log.NetworkCount.Should().BeLessThanOrEqualTo(20_000);
        _time.Advance(TimeSpan.FromMinutes(1));
        _log.Sweep();
        _log.NetworkCount.Should().Be(0);
    }

    private void Fail(string name, int times)
    {
        for (var time = 0; time < times; time++)
            _log.Failed(Office, name);
    }
}
