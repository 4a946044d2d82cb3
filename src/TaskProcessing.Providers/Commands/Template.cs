using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.Commands;

/// <summary>A text with placeholders. Braces that make none are just braces.</summary>
internal sealed partial class Template
{
    public const string Input = "input";
    public const string Output = "output";
    public const string Directory = "directory";

    private Template(string text, IReadOnlyList<Placeholder> placeholders)
    {
        Text = text;
        Placeholders = placeholders;
    }

    public string Text { get; }

    public IReadOnlyList<Placeholder> Placeholders { get; }

    /// <summary>The placeholder when there is nothing beside it.</summary>
    public Placeholder? Whole => Placeholders is [var only] && only.Length == Text.Length ? only : null;

    /// <summary>The placeholder that the text begins with.</summary>
    public Placeholder? First => Placeholders.Count > 0 && Placeholders[0].At == 0 ? Placeholders[0] : null;

    public static Template Parse(string text) =>
        new(
            text,
            [
                .. Pattern()
                    .Matches(text)
                    .Select(match => new Placeholder(
                        match.Groups["word"].Value,
                        match.Groups["slot"] is { Success: true } slot ? slot.Value : null,
                        match.Index,
                        match.Length
                    )),
            ]
        );

    /// <summary>
    /// Fills in the values: a list when the text is a single placeholder for one, nothing when a value is missing.
    /// </summary>
    public IEnumerable<string> Fill(Func<Placeholder, IReadOnlyList<string>> valuesOf)
    {
        if (Whole is { } whole)
            return valuesOf(whole);

        var filled = "";
        var end = 0;
        foreach (var placeholder in Placeholders)
        {
            if (valuesOf(placeholder) is not [var value])
                return [];

            filled += Text[end..placeholder.At] + value;
            end = placeholder.At + placeholder.Length;
        }

        return [filled + Text[end..]];
    }

    [GeneratedRegex(@"\{(?<word>input|output|directory)(\.(?<slot>[^{}]+))?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}

/// <summary>A placeholder within a template.</summary>
/// <param name="Word">Its kind.</param>
/// <param name="Slot">The slot that it names, if it names one.</param>
/// <param name="At">Its start.</param>
/// <param name="Length">Its length.</param>
internal sealed record Placeholder(string Word, string? Slot, int At, int Length)
{
    public override string ToString() => Slot is null ? $"{{{Word}}}" : $"{{{Word}.{Slot}}}";
}
