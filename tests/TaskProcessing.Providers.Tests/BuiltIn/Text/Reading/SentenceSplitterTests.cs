using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text.Reading;

public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData(
        "en",
        "Mr. J. R. Cole met Dr. Hart at 3 p.m. on Friday. They talked.",
        "Mr. J. R. Cole met Dr. Hart at 3 p.m. on Friday.|They talked."
    )]
    [InlineData(
        "en",
        "It cost 3.5 million. See fig. 4 and no. 7, e.g. Paris. He said no. We left.",
        "It cost 3.5 million.|See fig. 4 and no. 7, e.g. Paris.|He said no.|We left."
    )]
    [InlineData(
        "en",
        "He lives in the U.S. The house is small. The U.S. Army left.",
        "He lives in the U.S.|The house is small.|The U.S. Army left."
    )]
    [InlineData(
        "en",
        "\"Stop!\" he cried. \"Why?\" She ran... and fell… Then silence.",
        "\"Stop!\" he cried.|\"Why?\"|She ran... and fell…|Then silence."
    )]
    [InlineData(
        "en",
        "It is known.[12] Others doubt it (see below). Read example.com for more.",
        "It is known.[12]|Others doubt it (see below).|Read example.com for more."
    )]
    [InlineData(
        "de",
        "Am 3. Oktober kam Ludwig XIV. von Hof. Es war z. B. kalt. Das war 1990. Danach ging er.",
        "Am 3. Oktober kam Ludwig XIV. von Hof.|Es war z. B. kalt.|Das war 1990.|Danach ging er."
    )]
    [InlineData(
        "de",
        "Prof. Dr. Thiele fährt ca. 10 km. Sie mag Brot, Käse usw. Abends liest sie.",
        "Prof. Dr. Thiele fährt ca. 10 km.|Sie mag Brot, Käse usw.|Abends liest sie."
    )]
    [InlineData("de", "„Der Wald stirbt nicht.“ Das sagt sie.", "„Der Wald stirbt nicht.“|Das sagt sie.")]
    [InlineData(
        "fr",
        "M. Roche et Mme Vidal sont là. « Bonjour ! » Il part à 8 h. du matin.",
        "M. Roche et Mme Vidal sont là.|« Bonjour ! »|Il part à 8 h. du matin."
    )]
    [InlineData(
        "es",
        "La Sra. Olmedo vive en EE.UU. desde 2001. ¿Por qué? ¡No lo sé!",
        "La Sra. Olmedo vive en EE.UU. desde 2001.|¿Por qué?|¡No lo sé!"
    )]
    [InlineData(
        "ru",
        "Музей открыл А. С. Воронин. Он стоил 900 млн руб. и открыт.",
        "Музей открыл А. С. Воронин.|Он стоил 900 млн руб. и открыт."
    )]
    [InlineData("zh", "今天很好。“我们去吧！”他说。好", "今天很好。|“我们去吧！”|他说。|好")]
    [InlineData("ja", "市長は「町家は宝です。守ろう。」と述べた。次です。", "市長は「町家は宝です。守ろう。」と述べた。|次です。")]
    [InlineData("ar", "كيف الحال؟ الحمد لله. شكرا", "كيف الحال؟|الحمد لله.|شكرا")]
    [InlineData("hi", "यह एक है। यह दो है॥ तीन", "यह एक है।|यह दो है॥|तीन")]
    public void Sentences_end_where_a_reader_ends_them(string language, string text, string sentences) =>
        Split(text, language).Should().Equal(sentences.Split('|'));

    [Fact]
    public void Wrapped_lines_belong_together_and_paragraphs_do_not() =>
        Split("The council voted for the new park on\nTuesday evening in the town hall of the\nold city.\n\nA new line", "en")
            .Should()
            .Equal("The council voted for the new park on Tuesday evening in the town hall of the old city.", "A new line");

    [Fact]
    public void Headings_and_list_items_are_their_own()
    {
        var blocks = Blocks(
            "# The plan\nWe will build three things. They are big.\n- A road\n- A bridge\n1. A house\n\nResults\n=======\nAll done."
        );

        blocks
            .Should()
            .Equal(
                (BlockKind.Heading, "The plan"),
                (BlockKind.Prose, "We will build three things. They are big."),
                (BlockKind.Item, "A road"),
                (BlockKind.Item, "A bridge"),
                (BlockKind.Item, "A house"),
                (BlockKind.Heading, "Results"),
                (BlockKind.Prose, "All done.")
            );
    }

    [Fact]
    public void A_title_above_a_long_line_is_a_heading() =>
        Blocks("A Park for Marlow Bay\nThe city council of Marlow Bay voted on Tuesday evening to turn the old railway yard into a park.")[
            0
        ]
            .Should()
            .Be((BlockKind.Heading, "A Park for Marlow Bay"));

    [Fact]
    public void A_text_of_short_lines_alone_has_no_headings() =>
        Blocks("milk\n\nbread\n\nbutter").Should().OnlyContain(block => block.Kind == BlockKind.Prose);

    [Fact]
    public void A_sentence_that_never_ends_is_cut_between_clauses()
    {
        var sentences = Split(string.Join(", ", Enumerable.Repeat("and then they walked on", 200)), "en");

        sentences.Should().HaveCountGreaterThan(5).And.OnlyContain(sentence => sentence.Length <= 800);
        sentences.SkipLast(1).Should().OnlyContain(sentence => sentence.EndsWith(','));
    }

    private static string[] Split(string text, string language)
    {
        var reporter = new ProgressReporter(SampleTexts.NoProgress, TestContext.Current.CancellationToken);
        var splitter = new SentenceSplitter(Language.All.SingleOrDefault(known => known.Code == language, Language.Unknown));
        return
        [
            .. splitter
                .Split(text, Block.Split(text, reporter), reporter)
                .Select(span => Letters.Squeeze(text.AsSpan(span.Start, span.End - span.Start))),
        ];
    }

    private static (BlockKind Kind, string Text)[] Blocks(string text) =>
        [
            .. Block
                .Split(text, new ProgressReporter(SampleTexts.NoProgress, TestContext.Current.CancellationToken))
                .Select(block => (block.Kind, text[block.Start..block.End])),
        ];
}
