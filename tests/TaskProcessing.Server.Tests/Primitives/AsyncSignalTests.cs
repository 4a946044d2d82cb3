using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tests.Primitives;

public sealed class AsyncSignalTests
{
    private static readonly CancellationToken Token = CancellationToken.None;

    private readonly AsyncSignal _signal = new();

    [Fact]
    public async Task A_signal_during_the_work_ends_the_next_wait_at_once()
    {
        _signal.Set().Should().BeTrue();
        _signal.Set().Should().BeFalse("it is set already");

        (await _signal.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, Token)).Should().BeTrue();
        _signal.IsSet.Should().BeFalse("the wait has reset it");
    }

    [Fact]
    public async Task A_wait_ends_without_an_exception_when_the_time_is_over() =>
        (await _signal.WaitAsync(TimeSpan.Zero, TimeProvider.System, Token)).Should().BeFalse();

    [Fact]
    public async Task A_cancelled_wait_throws()
    {
        var wait = () => _signal.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, new CancellationToken(canceled: true));

        await wait.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void A_pulse_wakes_all_that_wait_and_nothing_that_comes_later()
    {
        var (one, other) = (_signal.Task, _signal.Task);

        _signal.Pulse();

        one.IsCompleted.Should().BeTrue();
        other.IsCompleted.Should().BeTrue();
        _signal.IsSet.Should().BeFalse();
    }

    [Fact]
    public void Resetting_what_is_not_set_keeps_those_that_wait()
    {
        var waiting = _signal.Task;

        _signal.Reset();
        _signal.Set();

        waiting.IsCompleted.Should().BeTrue();
    }
}
