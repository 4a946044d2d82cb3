using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>
/// A Nextcloud that refuses the app is left alone for as long as it takes, because each refused call counts there; nothing is lost
/// meanwhile, and nobody else waits.
/// </summary>
public sealed class BridgeRefusalTests
{
    private const string Type = "core:text2text";

    [Theory]
    [InlineData(nameof(Refusal.LockedOut), nameof(NextcloudTrouble.LockedOut), 30)]
    [InlineData(nameof(Refusal.WrongSecret), nameof(NextcloudTrouble.WrongSecret), 10)]
    [InlineData(nameof(Refusal.Disabled), nameof(NextcloudTrouble.NotEnabled), 10)]
    public async Task A_Nextcloud_that_refuses_the_app_is_left_alone_and_gets_its_results_afterwards(
        string refusal,
        string trouble,
        int minutes
    )
    {
        await using var near = await StandInNextcloud.StartAsync("near");
        await using var far = await StandInNextcloud.StartAsync("far");
        var time = new JumpingTimeProvider();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([near, far], time: time);
        bridge.ExpectedLog.Add("Nextcloud far: ");
        // The clock jumps over the time that it had for an answer.
        bridge.ExpectedLog.Add("Nextcloud near: It cannot be reached: no answer in time");
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await far.Server.UserAsync("alice");
        using var bob = await near.Server.UserAsync("bob");
        await far.Server.OffersAsync(Type);
        await near.Server.OffersAsync(Type);
        // The call that enabled the app is over.
        time.Jump(TimeSpan.FromMinutes(2));
        // Several are under way, each of which would be refused for itself.
        var waiting = new List<long>();
        var results = new List<long>();
        for (var count = 0; count < 8; count++)
        {
            waiting.Add(await alice.ScheduleAsync(Type, new { input = $"{count}" }));
            results.Add(await BridgeTests.ClaimedHereAsync(worker, Type));
        }

        // All calls that are made at once are refused at once.
        var refusals = new TaskCompletionSource();
        far.Front.RefusalsMayEnd = refusals.Task;
        far.Front.Refuses = Enum.Parse<Refusal>(refusal);
        foreach (var local in results)
            await worker.FinishAsync(local, new { output = "for later" });
        await WorkAsync(bob, worker);
        refusals.SetResult();
        var refused = await bridge.ReachesAsync("far", one => one.Trouble.ToString() == trouble, refusal);
        (refused.ProblemUntil - time.GetUtcNow()).Should().BeCloseTo(TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(1));

        // The first one outlasts the calls that were under way when the first of them was refused.
        await WorkAsync(bob, worker);
        var calls = far.Front.AppCalls.Count;
        await WorkAsync(bob, worker);
        far.Front.AppCalls.Skip(calls).Should().BeEmpty("it is left alone");

        // One question is asked after the silence, and the next silence begins.
        time.Jump(TimeSpan.FromMinutes(minutes + 1));
        await bridge.ReachesAsync("far", one => one.ProblemUntil > refused.ProblemUntil, "asked again");
        far.Front.AppCalls.Skip(calls).Should().ContainSingle().Which.Should().EndWith("/ex-app/state");
        bridge
            .Log.Where(line => line.Contains("Nextcloud far: ") && !line.Contains("no answer in time"))
            .Should()
            .ContainSingle("it is the same trouble");

        far.Front.WrongSecrets.Should().BeLessThanOrEqualTo(10, "then all apps of the address are locked out");
        far.Front.Refuses = Refusal.None;
        time.Jump(TimeSpan.FromMinutes(minutes + 1));
        foreach (var task in waiting)
            (await alice.EndedAsync(task)).GetProperty("output").GetProperty("output").GetString().Should().Be("for later");
        await bridge.ReachesAsync("far", one => one is { Trouble: NextcloudTrouble.None, ProblemUntil: null }, "well again");
        await BridgeTests.IsToldOnceAsync(far, bridge);
        await BridgeTests.IsToldOnceAsync(near, bridge);
    }

    [Fact]
    public async Task A_wrong_secret_never_locks_out_the_apps_of_the_address()
    {
        await using var far = await StandInNextcloud.StartAsync("far");
        var time = new JumpingTimeProvider();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([far], time: time);
        bridge.ExpectedLog.Add("Nextcloud far: ");
        using var worker = await bridge.WorkerAsync(Type);
        await far.Server.OffersAsync(Type);
        time.Jump(TimeSpan.FromMinutes(2));

        far.Front.Refuses = Refusal.WrongSecret;
        for (var silence = 0; silence < 3; silence++)
        {
            var before = (await bridge.ConnectionAsync("far")).ProblemUntil;
            await bridge.ReachesAsync("far", one => one.ProblemUntil is { } until && until > (before ?? until.AddTicks(-1)), "refused");
            time.Jump(TimeSpan.FromMinutes(10.5));
        }

        far.Front.WrongSecrets.Should()
            .BeLessThanOrEqualTo(
                10,
                "then a Nextcloud locks all of them out, after {0}",
                string.Join(", ", far.Front.AppCalls.TakeLast(12))
            );
    }

    private static async Task WorkAsync(HttpClient user, HttpClient worker)
    {
        var id = await user.ScheduleAsync(Type, new { input = "near" });
        await worker.FinishAsync(await BridgeTests.ClaimedHereAsync(worker, Type), new { output = "at once" });
        await user.EndedAsync(id);
    }
}
