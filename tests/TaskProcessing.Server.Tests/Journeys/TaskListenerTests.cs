using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>The callback of a listener runs on the waking thread.</summary>
public sealed class TaskListenerTests
{
    private readonly TaskSignal _signal = new();
    private readonly ManualTimeProvider _time = new();
    private int _acted;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_has_acted_when_the_call_that_woke_it_returns()
    {
        using var listener = _signal.ListenForScheduled(["test:echo"]);
        var waiting = WaitAsync(listener);

        _signal.WakeWorker("test:other");
        _acted.Should().Be(0);
        _signal.WakeWorker("test:echo");
        _acted.Should().Be(1);
        _signal.WakeWorker("test:echo");
        _acted.Should().Be(1, "one who is awake is not woken");

        (await waiting).Should().BeTrue();
        listener.WokenFor.Should().Be("test:echo");
    }

    [Fact]
    public async Task A_listener_that_was_woken_before_its_wait_does_not_act()
    {
        using var listener = _signal.ListenForScheduled(["test:echo"]);
        _signal.WakeWorker("test:echo");

        (await WaitAsync(listener)).Should().BeTrue();
        _acted.Should().Be(0);
    }

    [Fact]
    public async Task A_listener_that_is_woken_for_another_reason_does_not_act()
    {
        using var listener = _signal.ListenForScheduled(["test:echo"]);
        var waiting = WaitAsync(listener);

        _signal.WakeWorkers();

        (await waiting).Should().BeTrue();
        _acted.Should().Be(0);
        listener.WokenFor.Should().BeNull();
    }

    [Fact]
    public async Task A_listener_whose_wait_is_over_does_not_act()
    {
        using var listener = _signal.ListenForScheduled(["test:echo"]);
        var waiting = WaitAsync(listener);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await waiting).Should().BeFalse();

        _signal.WakeWorker("test:echo");

        _acted.Should().Be(0);
    }

    private Task<bool> WaitAsync(Tasks.Waiting.TaskListener listener) =>
        listener.WaitAsync(TimeSpan.FromMinutes(1), _time, () => _acted++, Token);
}
