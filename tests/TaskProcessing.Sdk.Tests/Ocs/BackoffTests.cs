using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Sdk.Tests.Ocs;

/// <summary>The one formula for pauses after failures, of the SDK and of the server.</summary>
public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 15)]
    [InlineData(int.MaxValue, 15)]
    public void Pauses_double_from_the_first_to_the_longest(int failures, double seconds) =>
        Backoff.After(failures, First, Longest).Should().Be(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(2, 1.5)]
    [InlineData(3, 2.25)]
    [InlineData(8, 15)]
    public void Pauses_can_grow_by_another_factor(int failures, double seconds) =>
        Backoff.After(failures, First, Longest, factor: 1.5).Should().Be(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Spread_pauses_are_between_half_and_all_and_no_shorter_than_what_the_server_asked_for()
    {
        var backoff = new Backoff(First, Longest);

        backoff.Next().Should().BeGreaterThanOrEqualTo(First / 2).And.BeLessThanOrEqualTo(First);
        backoff.Next().Should().BeGreaterThanOrEqualTo(First).And.BeLessThanOrEqualTo(First * 2);
        backoff.Next(TimeSpan.FromSeconds(40)).Should().Be(TimeSpan.FromSeconds(40));
        backoff.Reset();
        backoff.Next().Should().BeLessThanOrEqualTo(First);
    }
}
