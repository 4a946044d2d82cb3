using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class SharedLimitTests
{
    [Fact]
    public void A_limit_is_counted_right_by_many_threads()
    {
        var limit = new SharedLimit(3);
        int now = 0,
            exceeded = 0,
            taken = 0;

        Parallel.For(
            0,
            8,
            _ =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    if (!limit.TryTake(() => { }))
                        continue;

                    Interlocked.Increment(ref taken);
                    if (Interlocked.Increment(ref now) > 3)
                        Interlocked.Increment(ref exceeded);
                    Interlocked.Decrement(ref now);
                    limit.Free();
                }
            }
        );

        exceeded.Should().Be(0);
        taken.Should().BePositive();
        Enumerable.Range(0, 4).Count(_ => limit.TryTake(() => { })).Should().Be(3, "no place got lost");
    }

    [Fact]
    public void Who_found_no_place_is_called_once_with_the_next_free_one()
    {
        var limit = new SharedLimit(1);
        var calls = 0;
        limit.TryTake(() => { }).Should().BeTrue();
        limit.TryTake(Call).Should().BeFalse();
        limit.TryTake(Call).Should().BeFalse();

        limit.Free();
        limit.TryTake(() => { }).Should().BeTrue();
        limit.Free();

        calls.Should().Be(1);
        void Call() => calls++;
    }
}
