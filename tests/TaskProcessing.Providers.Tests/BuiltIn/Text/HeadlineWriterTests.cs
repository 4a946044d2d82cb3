using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

public sealed class HeadlineWriterTests
{
    [Theory]
    [InlineData("en", "The city council of Marlow Bay voted to turn the old railway yard into a public park")]
    [InlineData("de", "Im Harz sterben die Fichten, und mit ihnen verschwindet ein Bild")]
    [InlineData("fr", "Les boulangers redécouvrent les farines anciennes")]
    [InlineData("es", "El puerto de Almadra ha dejado de vender pescado fresco en plástico")]
    [InlineData("ru", "В Карелии открыли новый музей деревянного зодчества")]
    [InlineData("zh", "北京市政府昨天宣布，将在未来三年内新建两百公里自行车道")]
    [InlineData("ja", "京都市は来年から、古い町家を改修して観光客向けの宿泊施設にする計画を発表した")]
    public void A_headline_says_what_happened(string language, string headline) => Write(SampleTexts.Read(language)).Should().Be(headline);

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("es")]
    [InlineData("ar")]
    public void A_headline_is_short_and_has_no_full_stop(string language) =>
        Write(SampleTexts.Read(language))
            .Should()
            .Match(headline => headline.Length >= 20 && headline.Length <= 100 && !headline.EndsWith('.') && !headline.Contains('\n'));

    [Fact]
    public void A_title_above_the_text_is_its_headline() =>
        Write("A Park for Marlow Bay\n\n" + SampleTexts.Read("en")).Should().Be("A Park for Marlow Bay");

    [Fact]
    public void A_heading_that_says_nothing_is_passed_over() =>
        Write("Introduction\n\n" + SampleTexts.Read("es")).Should().StartWith("El puerto de Almadra");

    [Theory]
    [InlineData("en", "However, the mayor opened the new bridge across the river.", "The mayor opened the new bridge across the river")]
    [InlineData(
        "en",
        "LONDON (agency) – The mayor opened the new bridge (the third one) across the river.",
        "The mayor opened the new bridge across the river"
    )]
    [InlineData("en", "\"The new bridge is open to all traffic now,\" said the mayor.", "The new bridge is open to all traffic now")]
    [InlineData(
        "en",
        "The bridge over the river Tamar, which was closed for repairs for more than two years, opened again for all traffic this morning.",
        "The bridge over the river Tamar opened again for all traffic this morning"
    )]
    [InlineData("en", "Is the new bridge open?", "Is the new bridge open?")]
    [InlineData(
        "de",
        "Die Brücke über die Elbe, die zwei Jahre lang wegen einer Sanierung gesperrt war, ist wieder für den Verkehr frei.",
        "Die Brücke über die Elbe ist wieder für den Verkehr frei"
    )]
    [InlineData("fr", "Selon la mairie, le nouveau pont est ouvert à la circulation.", "Le nouveau pont est ouvert à la circulation")]
    [InlineData("und", "(a)", "A")]
    public void A_sentence_is_cut_to_its_core(string language, string sentence, string headline) =>
        new HeadlineTrimmer(Language.All.SingleOrDefault(known => known.Code == language, Language.Unknown))
            .Trim(sentence)
            .Should()
            .Be(headline);

    [Fact]
    public void A_cut_falls_between_words()
    {
        var words = Enumerable.Range(100, 60).Select(number => $"word{number}").ToArray();

        var headline = Write(string.Join(' ', words));

        headline.Should().EndWith("…");
        headline.TrimEnd('…').ToLowerInvariant().Split(' ').Should().BeSubsetOf(words);
    }

    private static string Write(string text) => HeadlineWriter.Write(text, SampleTexts.NoProgress, TestContext.Current.CancellationToken);
}
