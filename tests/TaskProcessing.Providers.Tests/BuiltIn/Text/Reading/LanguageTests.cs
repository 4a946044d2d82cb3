using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text.Reading;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("es")]
    [InlineData("ru")]
    [InlineData("ar")]
    public void A_text_tells_its_language(string code) => LanguageGuess.Of(SampleTexts.Read(code)).Code.Should().Be(code);

    [Theory]
    [InlineData("Il gatto è sul tavolo e non vuole scendere, perché ha paura del cane.", "it")]
    [InlineData("O gato está em cima da mesa e não quer descer, porque tem medo do cão.", "pt")]
    [InlineData("De kat zit op de tafel en wil er niet af, omdat hij bang is voor de hond.", "nl")]
    [InlineData("Where is the station?", "en")]
    [InlineData("Wo ist der Bahnhof?", "de")]
    [InlineData("北京市政府昨天宣布", "und")]
    [InlineData("42 + 7 = 49", "und")]
    [InlineData("", "und")]
    public void A_sentence_is_often_enough(string text, string code) => LanguageGuess.Of(text).Code.Should().Be(code);

    [Theory]
    [InlineData("en", "plan plans planned planning")]
    [InlineData("en", "city cities")]
    [InlineData("en", "protect protects protected protecting")]
    [InlineData("de", "haus häuser hauses")]
    [InlineData("de", "wald wälder waldes wäldern")]
    [InlineData("de", "leistung leistungen")]
    [InlineData("fr", "agriculteur agriculteurs")]
    [InlineData("fr", "moderne modernes")]
    [InlineData("es", "cooperativa cooperativas")]
    [InlineData("es", "canción canciones")]
    public void Forms_of_a_word_share_a_stem(string code, string words)
    {
        var language = Language.All.Single(known => known.Code == code);

        words.Split(' ').Select(language.Stem).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Every_language_file_has_what_the_work_needs() =>
        Language
            .All.Should()
            .HaveCountGreaterThanOrEqualTo(4)
            .And.OnlyContain(language =>
                language.StopWords.Count > 50
                && language.Determiners.Count > 0
                && language.ClauseStarters.Count > 0
                && language.Anaphors.Count > 0
            );

    [Theory]
    [InlineData("l'homme n’est pas", "l'|homme|n’|est|pas")]
    [InlineData("don't 3.5 state-of-the-art O'Brien", "don't|3.5|state-of-the-art|O'Brien")]
    [InlineData("データ分析をする café🎉ok", "データ|分析|をする|café|ok")]
    public void Words_are_read_as_they_are_written(string text, string words)
    {
        var read = new List<string>();
        var reader = new WordReader(text);
        while (reader.Next())
            read.Add(reader.Word.ToString());

        read.Should().Equal(words.Split('|'));
    }
}
