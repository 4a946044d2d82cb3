namespace TaskProcessing.Providers.Tests.BuiltIn.Text;

/// <summary>The texts beside these tests, written for them; and a progress that is ignored.</summary>
internal static class SampleTexts
{
    public static IProgress<double> NoProgress { get; } = new Recorded();

    public static string Read(string language)
    {
        using var stream = typeof(SampleTexts).Assembly.GetManifestResourceStream(
            $"TaskProcessing.Providers.Tests.BuiltIn.Texts.{language}.txt"
        )!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A text of many sentences, the same on every run, with words as uneven as in real ones.</summary>
    public static string Long(int sentences)
    {
        var random = new Random(20);
        var words = Enumerable
            .Range(0, 4000)
            .Select(_ =>
                string.Concat(
                    Enumerable.Range(0, random.Next(2, 5)).Select(_ => $"{"bdfgklmnprst"[random.Next(12)]}{"aeiou"[random.Next(5)]}")
                )
            )
            .ToArray();
        return string.Join(
            ' ',
            Enumerable
                .Range(0, sentences)
                .Select(_ =>
                    "Die "
                    + string.Join(
                        ' ',
                        Enumerable.Range(0, random.Next(6, 20)).Select(_ => words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))])
                    )
                    + "."
                )
        );
    }

    internal sealed class Recorded : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
