using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

public sealed class SummarizerTests
{
    [Theory]
    [InlineData("en", "The city council of Marlow Bay voted", "flood protection")]
    [InlineData("de", "Im Harz sterben die Fichten", "Borkenkäfer")]
    [InlineData("fr", "les boulangers redécouvrent les farines anciennes", "Ces blés anciens donnent moins de grains")]
    [InlineData("es", "El puerto de Almadra ha dejado de vender pescado fresco", "usan cajas de corcho natural")]
    [InlineData("ru", "В Карелии открыли новый музей", "остров")]
    [InlineData("zh", "北京市政府昨天宣布", "新的自行车道将连接地铁站")]
    [InlineData("ja", "京都市は来年から", "五十軒の町家を改修")]
    [InlineData("ar", "أعلنت بلدية المدينة عن خطة جديدة", "خفض درجة الحرارة")]
    public void A_summary_has_the_sentences_that_carry_the_text(string language, string lead, string core)
    {
        var text = SampleTexts.Read(language);

        var summary = Summarize(text);

        summary.Should().Contain(lead).And.Contain(core);
        summary.Length.Should().BeInRange(text.Length / 8, text.Length / 2);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("zh")]
    public void Sentences_come_whole_and_in_their_order(string language)
    {
        var text = Letters.Squeeze(SampleTexts.Read(language));

        var places = Sentences(Summarize(text)).ConvertAll(sentence => text.IndexOf(sentence, StringComparison.Ordinal));

        places.Should().HaveCountGreaterThan(1).And.BeInAscendingOrder().And.NotContain(-1);
    }

    [Theory]
    [InlineData("One sentence only.")]
    [InlineData("First one. Second one. Third one.")]
    [InlineData("- milk\n- bread\n- butter")]
    [InlineData("word")]
    public void A_short_text_stays_as_it_is(string text) => Summarize($"\n {text} \n").Should().Be(text);

    [Theory]
    [InlineData(4, 2)]
    [InlineData(10, 3)]
    [InlineData(20, 5)]
    [InlineData(40, 9)]
    [InlineData(100_000, 12)]
    public void The_length_adapts_to_the_text(int sentences, int length) => Summarizer.LengthFor(sentences).Should().Be(length);

    [Fact]
    public void A_repeated_sentence_is_in_the_summary_once()
    {
        const string Said = "The council of the town voted for a large public park at the harbour.";
        var text =
            SampleTexts.Read("en")
            + $"\n\n{Said} In the end everybody went home. {Said} {Said.Replace("large", "big", StringComparison.Ordinal)}";

        Summarize(text)
            .Split("for a ")
            .Count(part =>
                part.StartsWith("large public", StringComparison.Ordinal) || part.StartsWith("big public", StringComparison.Ordinal)
            )
            .Should()
            .BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Headings_are_not_part_of_a_summary() =>
        Summarize("A Park for Marlow Bay\n\n" + SampleTexts.Read("en")).Should().NotContain("A Park for");

    [Fact]
    public void List_items_keep_lines_of_their_own() =>
        Summarize(
                """
                - the harbour with boats and nets and fishermen
                - the market with fish and bread and cheese
                - the harbour market with fish
                - the tower with its clock and boats
                - the boats
                """
            )
            .Split('\n')
            .Should()
            .HaveCount(2);

    [Fact]
    public void The_work_grows_with_the_text_and_not_with_its_square()
    {
        foreach (var sentences in (int[])[500, 1000, 4000])
        {
            var reporter = new ProgressReporter(SampleTexts.NoProgress, TestContext.Current.CancellationToken);
            var ranking = SentenceRanking.Of(TextDocument.Read(SampleTexts.Long(sentences), reporter), reporter);

            ranking.Sentences.Should().HaveCount(sentences);
            ranking.Comparisons.Should().BeInRange(sentences, (long)sentences * SentenceGraph.MaxComparisonsPerSentence);
        }
    }

    private static string Summarize(string text) =>
        Summarizer.Summarize(text, SampleTexts.NoProgress, TestContext.Current.CancellationToken);

    private static List<string> Sentences(string text)
    {
        var reporter = new ProgressReporter(SampleTexts.NoProgress, TestContext.Current.CancellationToken);
        var document = TextDocument.Read(text, reporter);
        return document.Sentences.ConvertAll(document.TextOf);
    }
}
