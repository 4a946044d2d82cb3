using System.Globalization;
using TaskProcessing.Providers.BuiltIn.Emoji;
using TaskProcessing.Providers.BuiltIn.Text;

namespace TaskProcessing.Providers.Tests.BuiltIn.Emoji;

public sealed class EmojiFinderTests
{
    [Theory]
    [InlineData("The cat is on the roof", "🐈")]
    [InlineData("Der Zug ist schon wieder weg", "🚆 🚋")]
    [InlineData("Quiero una pizza grande", "🍕")]
    [InlineData("Le chien est dans le jardin", "🐕")]
    [InlineData("La pizza è pronta", "🍕")]
    [InlineData("De pizza is klaar", "🍕")]
    [InlineData("A pizza está na mesa", "🍕")]
    [InlineData("Где моя собака?", "🐕 🐶")]
    [InlineData("أين القطة من هذا البيت", "🐈 🏠")]
    [InlineData("我想喝咖啡", "☕")]
    [InlineData("ピザが食べたい", "🍕")]
    public void An_emoji_is_found_in_the_texts_own_language(string text, string accepted) =>
        accepted.Split(' ').Should().Contain(Find(text));

    [Theory]
    [InlineData("pizza", "🍕")]
    [InlineData("Hund", "🐕")]
    [InlineData("собака", "🐕")]
    [InlineData("Portugal", "🇵🇹")]
    public void One_word_is_enough_though_it_tells_no_language(string word, string emoji) => Find(word).Should().Be(emoji);

    [Theory]
    [InlineData("Two dogs and three dogs", "🐕")]
    [InlineData("Zwei Hunde sind mehr als ein Hund", "🐕")]
    public void Other_forms_of_a_word_count(string text, string emoji) => Find(text).Should().Be(emoji);

    [Theory]
    [InlineData("Der Elefantenrüssel ist lang und der Zoo ist voll", "🐘")]
    [InlineData("Das ist eine Nudelsuppe", "🍜 🥣 🍲")]
    public void A_word_that_is_joined_of_others_counts_for_its_parts(string text, string accepted) =>
        accepted.Split(' ').Should().Contain(Find(text));

    [Fact]
    public void The_rare_word_decides_not_the_common_one() => Find("A happy smiling face with a trumpet").Should().Be("🎺");

    [Fact]
    public void The_emoji_that_the_author_chose_is_taken() => Find("What a day 🦖").Should().Be("🦖");

    [Theory]
    [InlineData("Zzyzx?", "🤔")]
    [InlineData("Zzyzx", "💬")]
    [InlineData("   ", "💬")]
    [InlineData("", "💬")]
    public void A_text_without_any_keyword_gets_a_neutral_one(string text, string emoji) => Find(text).Should().Be(emoji);

    [Theory]
    [InlineData("\ud83d")]
    [InlineData("\ude00\ud83d")]
    [InlineData("\u200d\ufe0f")]
    public void Broken_text_is_survived(string text) => new StringInfo(Find(text)).LengthInTextElements.Should().Be(1);

    [Fact]
    public void A_long_text_gets_the_emoji_of_what_it_keeps_speaking_of()
    {
        var text = string.Concat(
            Enumerable.Repeat("The bees left the garden. A bee was on the table. Nobody likes a bee in the kitchen.\n", 200)
        );

        Find(text).Should().Be("🐝");
    }

    [Theory]
    [InlineData("en", "love")]
    [InlineData("de", "Liebe")]
    [InlineData("es", "amor")]
    [InlineData("fr", "amour")]
    [InlineData("it", "amore")]
    [InlineData("nl", "liefde")]
    [InlineData("pt", "amor")]
    [InlineData("ru", "любовь")]
    [InlineData("ar", "حب")]
    [InlineData("zh", "爱")]
    [InlineData("ja", "愛")]
    public void Every_language_has_a_word_for_love(string language, string love)
    {
        var found = EmojiLexicon.Of(language).Find(love, new ProgressReporter(new Progress<double>(), CancellationToken.None));

        found.Should().NotBeNull();
        found!.Value.Score.Should().BePositive();
    }

    private static string Find(string text) => EmojiFinder.Find(text, new Progress<double>(), TestContext.Current.CancellationToken);
}
