using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

/// <summary>Properties of the text work for any text, sense or nonsense.</summary>
public sealed class TextWorkProperties
{
    private static readonly string[] Pieces =
    [
        "a",
        "The park",
        "council",
        "Die Häuser",
        "l'homme",
        "№",
        "东京",
        "町家を",
        "ราคา",
        "😀",
        "👨‍👩‍👧",
        "\u0301",
        "\uD800",
        "\uDC00",
        "(",
        ")",
        "\"",
        "“",
        "”",
        "«",
        "「",
        "」",
        ".",
        "!",
        "?",
        "…",
        "。",
        "؟",
        "।",
        ",",
        ";",
        ":",
        "–",
        "-",
        "'",
        "’",
        "1.",
        "3.5",
        "z. B.",
        "e.g.",
        "#",
        "* ",
        "- ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        " ",
        " ",
        " ",
        " ",
        "\0",
        "\u200B",
        "====",
    ];

    private static readonly Arbitrary<string> Texts = Gen.OneOf(
            Gen.Elements(Pieces).ListOf().Select(string.Concat),
            Gen.Elements(Pieces).ListOf(300).Select(string.Concat),
            Gen.Elements(SampleTexts.Read("en").Split(' ')).ListOf(200).Select(words => string.Join(' ', words)),
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "")
        )
        .ToArbitrary();

    public static TheoryData<string, Func<string, IProgress<double>, CancellationToken, string>> Works =>
        new()
        {
            { "summary", Summarizer.Summarize },
            { "headline", HeadlineWriter.Write },
            { "topics", KeyPhrases.List },
        };

    [Theory]
    [MemberData(nameof(Works), DisableDiscoveryEnumeration = true)]
    public void Any_text_gets_an_answer_no_longer_than_itself(
        string name,
        Func<string, IProgress<double>, CancellationToken, string> work
    ) =>
        Check(text =>
        {
            var answer = work(text, SampleTexts.NoProgress, CancellationToken.None);

            // Topics need a space after each comma, the text may have none.
            return name == "topics" ? answer.Length <= (2 * text.Length) + 2 : answer.Length <= text.Length + 2;
        });

    [Theory]
    [MemberData(nameof(Works), DisableDiscoveryEnumeration = true)]
    public void Progress_runs_from_0_to_1_and_never_back(string name, Func<string, IProgress<double>, CancellationToken, string> work) =>
        Check(text =>
        {
            var progress = new SampleTexts.Recorded();
            work(text, progress, CancellationToken.None);
            return name.Length > 0
                && progress.Values[^1] == 1
                && progress.Values.TrueForAll(value => value is >= 0 and <= 1)
                && progress.Values.SequenceEqual(progress.Values.Order());
        });

    [Theory]
    [MemberData(nameof(Works), DisableDiscoveryEnumeration = true)]
    public void Work_stops_when_it_is_cancelled_on_the_way(string name, Func<string, IProgress<double>, CancellationToken, string> work)
    {
        var text = SampleTexts.Long(300);
        foreach (var at in (double[])[0.05, 0.3, 0.45, 0.6, 0.85])
        {
            using var cancellation = new CancellationTokenSource();

            var working = () => work(text, new CancelsAt(at, cancellation), cancellation.Token);

            working.Should().Throw<OperationCanceledException>($"{name} was cancelled at {at}");
        }
    }

    [Fact]
    public void Every_sentence_of_a_summary_is_in_the_text_and_in_its_order() =>
        Check(text =>
        {
            var reporter = new ProgressReporter(SampleTexts.NoProgress, CancellationToken.None);
            var document = TextDocument.Read(text, reporter);
            var rest = Bare(text);
            foreach (var sentence in Summarizer.KeySentences(document, SentenceRanking.Of(document, reporter)).Select(Bare))
            {
                var at = rest.IndexOf(sentence, StringComparison.Ordinal);
                if (at < 0)
                    return false;
                rest = rest[(at + sentence.Length)..];
            }

            return true;
        });

    [Theory]
    [InlineData(200_000, "x")]
    [InlineData(100_000, "no end ")]
    [InlineData(50_000, "!?. ")]
    [InlineData(50_000, "自行车")]
    [InlineData(50_000, "😀")]
    [InlineData(20_000, "A.\n")]
    [InlineData(20_000, "「")]
    [InlineData(20_000, "a, ")]
    public void Endless_monotony_is_borne(int times, string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times));

        Summarizer.Summarize(text, SampleTexts.NoProgress, CancellationToken.None).Length.Should().BeLessThan(12_000);
        HeadlineWriter.Write(text, SampleTexts.NoProgress, CancellationToken.None).Length.Should().BeLessThanOrEqualTo(100);
        KeyPhrases.List(text, SampleTexts.NoProgress, CancellationToken.None).Length.Should().BeLessThan(1_000);
    }

    private static void Check(Func<string, bool> property) => Prop.ForAll(Texts, property).QuickCheckThrowOnFailure();

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c)));

    private sealed class CancelsAt(double value, CancellationTokenSource cancellation) : IProgress<double>
    {
        public void Report(double progress)
        {
            if (progress >= value)
                cancellation.Cancel();
        }
    }
}
