using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tests.Primitives;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("same", "same", 0)]
    [InlineData("Same", "same", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("sitting", "kitten", 3)]
    [InlineData("summarise", "summary", 3)]
    public void The_distance_is_the_fewest_changes_of_one_character(string a, string b, int distance) =>
        EditDistance.Between(a, b).Should().Be(distance);
}
