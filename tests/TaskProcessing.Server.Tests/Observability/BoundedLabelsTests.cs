using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Tests.Observability;

/// <summary>Labels of metrics: however many values there are, so many series and no more.</summary>
public sealed class BoundedLabelsTests
{
    [Fact]
    public void The_first_values_keep_their_names_and_all_others_share_one()
    {
        var labels = new BoundedLabels(most: 2);

        new[] { "a", "b", "c", "a", "d", "b" }.Select(labels.Of).Should().Equal("a", "b", "other", "a", "other", "b");
        labels.Known.Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public void Values_that_come_at_the_same_moment_do_not_pass_the_limit()
    {
        var labels = new BoundedLabels(most: 10);

        Parallel.For(0, 10_000, number => labels.Of($"type {number % 500}"));

        labels.Known.Count().Should().BeLessThanOrEqualTo(10);
    }
}
