using TaskProcessing.Providers.BuiltIn.Emoji;

namespace TaskProcessing.Quality;

/// <summary>The share of sentences whose emoji a person would accept.</summary>
internal static class EmojiQuality
{
    public static IEnumerable<(EmojiCase Case, string Answer, bool IsGood)> Measure() =>
        from line in EmojiCase.All
        let answer = EmojiFinder.Find(line.Sentence, new Progress<double>(), CancellationToken.None)
        select (line, answer, line.Accepted.Contains(answer));
}

/// <summary>A sentence, and which emoji are right for it.</summary>
internal sealed record EmojiCase(string Language, string Sentence, IReadOnlyList<string> Accepted, bool IsHeldOut)
{
    public static IReadOnlyList<EmojiCase> All { get; } = [.. Read()];

    private static IEnumerable<EmojiCase> Read()
    {
        using var reader = new StreamReader(typeof(EmojiCase).Assembly.GetManifestResourceStream("emoji.txt")!);
        var isHeldOut = false;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var parts = line.Split('\t');
            yield return new EmojiCase(parts[0], parts[1], parts[2].Split(' '), isHeldOut);
            isHeldOut = !isHeldOut;
        }
    }
}
