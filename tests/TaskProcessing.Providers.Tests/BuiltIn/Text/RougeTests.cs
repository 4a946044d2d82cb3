using TaskProcessing.Quality;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

/// <summary>
/// The measure of bench/quality, against values counted by hand; and results that the text work must never have.
/// </summary>
public sealed class RougeTests
{
    [Theory]
    [InlineData("The cat sat on the mat.", "The cat was on the mat.", 5 / 6.0, 3 / 5.0, 5 / 6.0)]
    [InlineData("a b c d", "d c b a", 1, 0, 1 / 4.0)]
    [InlineData("the the the", "the cat", 2 / 5.0, 0, 2 / 5.0)]
    [InlineData("one two", "one two three four", 4 / 6.0, 2 / 4.0, 4 / 6.0)]
    [InlineData("我爱猫", "我爱狗", 2 / 3.0, 1 / 2.0, 2 / 3.0)]
    [InlineData("same words", "SAME words", 1, 1, 1)]
    [InlineData("nothing", "alike", 0, 0, 0)]
    [InlineData("", "", 0, 0, 0)]
    public void A_score_is_what_a_person_counts(string text, string reference, double one, double two, double longest)
    {
        var rouge = Rouge.Of(text, reference);

        rouge.One.Should().BeApproximately(one, 1e-9);
        rouge.Two.Should().BeApproximately(two, 1e-9);
        rouge.Longest.Should().BeApproximately(longest, 1e-9);
    }

    [Theory]
    [InlineData("summary")]
    [InlineData("headline")]
    public void The_text_work_is_better_than_the_naive_baseline_also_on_texts_that_were_held_out(string name)
    {
        var work = TextWork.All.Single(work => work.Name == name);
        foreach (var half in ReferenceText.All.GroupBy(text => text.IsHeldOut))
        {
            var scores = half.Select(work.Measure).ToList();
            var (answer, baseline) = (
                Rouge.Average([.. scores.Select(score => score.Answer)]),
                Rouge.Average([.. scores.Select(score => score.Baseline)])
            );

            answer.One.Should().BeGreaterThan(baseline.One);
            answer.Two.Should().BeGreaterThan(baseline.Two);
            answer.Longest.Should().BeGreaterThan(baseline.Longest);
        }
    }

    [Fact]
    public void Of_three_emoji_two_are_right() =>
        EmojiQuality
            .Measure()
            .GroupBy(result => result.Case.IsHeldOut)
            .Should()
            .OnlyContain(half => half.Count(result => result.IsGood) * 3 >= half.Count() * 2);
}
