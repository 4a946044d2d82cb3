using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Writes a phrase as the text mostly writes it, not as the start of a sentence or a title makes it look.</summary>
internal sealed class PhraseCasing(TextDocument document, WordClasses classes)
{
    public string Write(Phrase phrase)
    {
        var free = phrase.Places.FindAll(place => place.IsFree);
        var written = (free.Count > 0 ? free : phrase.Places)
            .Select(place => Letters.Squeeze(document.Text.AsSpan(place.Start, place.End - place.Start)))
            .GroupBy(surface => surface)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key.Length)
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .First()
            .Key;
        written = written.TrimEnd('\'', '’');
        return free.Count > 0 ? written : WithoutBorrowedCapitals(phrase, written);
    }

    private string WithoutBorrowedCapitals(Phrase phrase, string written)
    {
        var (start, end, _) = phrase.Places[0];
        foreach (var token in document.Tokens.Where(token => token.Start >= start && token.End <= end))
        {
            var surface = token.Word.Surface;
            if (surface.Length > 1 && token.Word.IsCapital && char.IsLower(surface[1]) && classes.IsSeenLower(token.Word))
                written = written.Replace(surface, token.Word.Lower, StringComparison.Ordinal);
        }

        return written;
    }
}
