namespace TaskProcessing.Quality;

/// <summary>A text of our own, with answers that a person wrote without seeing the server's.</summary>
internal sealed record ReferenceText(string Name, bool IsHeldOut, string Genre, string Headline, string Topics, string Summary, string Text)
{
    private const string Mark = "texts.";

    public static IReadOnlyList<ReferenceText> All { get; } =
    [
        .. typeof(ReferenceText)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Mark, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    public string Language => Name[..2];

    private static ReferenceText Read(string resource)
    {
        using var reader = new StreamReader(typeof(ReferenceText).Assembly.GetManifestResourceStream(resource)!);
        var head = new Dictionary<string, string>();
        while (reader.ReadLine() is { } line && line != "---")
            head.Add(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        return new(
            Path.GetFileNameWithoutExtension(resource[Mark.Length..]),
            head["held-out"] == "yes",
            head["genre"],
            head["headline"],
            head["topics"],
            head["summary"],
            reader.ReadToEnd()
        );
    }
}
