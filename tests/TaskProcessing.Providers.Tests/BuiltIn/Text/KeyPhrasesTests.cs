using TaskProcessing.Providers.BuiltIn.Text;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

public sealed class KeyPhrasesTests
{
    [Theory]
    [InlineData("en", "railway yard|park|council|Marlow Bay|flood protection")]
    [InlineData("de", "Nationalpark|Borkenkäfer|Wald|Stämme")]
    [InlineData("fr", "blés anciens|moulin|agriculteurs")]
    [InlineData("es", "cajas de corcho|pescado|cooperativas")]
    [InlineData("ru", "музей|остров")]
    [InlineData("zh", "自行车道|市政府")]
    [InlineData("ja", "町家|改修")]
    [InlineData("ar", "درجة الحرارة")]
    public void Topics_name_what_the_text_is_about(string language, string expected)
    {
        var topics = List(SampleTexts.Read(language)).Split(", ");

        topics.Should().Contain(expected.Split('|'));
        topics.Should().OnlyHaveUniqueItems();
        topics.Length.Should().BeInRange(3, 10);
    }

    [Fact]
    public void Forms_of_a_word_are_one_topic() =>
        List("The harbour is old. Harbours need cranes. A crane lifts ships. The harbour has a ship.")
            .ToLowerInvariant()
            .Split(", ")
            .Count(topic => topic.StartsWith("harbour", StringComparison.Ordinal))
            .Should()
            .Be(1);

    [Fact]
    public void The_start_of_a_sentence_lends_no_capital() =>
        List("Bridges rust. Engineers paint bridges. Paint keeps rust away.").Should().Contain("bridges").And.NotContain("Bridges");

    [Fact]
    public void Nouns_keep_their_capitals_in_German() =>
        List(SampleTexts.Read("de")).Split(", ").Should().OnlyContain(topic => topic.Split(' ').Any(word => char.IsUpper(word[0])));

    [Theory]
    [InlineData("word", "word")]
    [InlineData("the", "the")]
    [InlineData("   ", "")]
    [InlineData("🎉🎉", "🎉🎉")]
    public void Text_without_topics_comes_back(string text, string topics) => List(text).Should().Be(topics);

    private static string List(string text) => KeyPhrases.List(text, SampleTexts.NoProgress, TestContext.Current.CancellationToken);
}
