using System.Buffers;

namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>The characters from Start up to End, in the block of that number.</summary>
internal readonly record struct Span(int Start, int End, int Block);

/// <summary>Finds the ends of sentences, in any script; the meaning of a full stop depends on the language.</summary>
internal sealed class SentenceSplitter(Language language)
{
    /// <summary>Longer ones are cut at a clause, so that a text without punctuation still has parts.</summary>
    private const int LongestSentence = 800;
    private const int ShortestPiece = 200;
    private const int LongestWordBefore = 30;
    private const int LongestQuote = 300;

    private static readonly SearchValues<char> Consonants = SearchValues.Create("bcdfghjklmnpqrstvwxz");

    public List<Span> Split(string text, IReadOnlyList<Block> blocks, ProgressReporter reporter)
    {
        var sentences = new List<Span>();
        for (var number = 0; number < blocks.Count; number++)
        {
            var block = blocks[number];
            var start = block.Start;
            for (var at = block.Start; at < block.End; at++)
            {
                if (block.Kind == BlockKind.Heading || EndAt(text, block, start, at) is not { } found)
                    continue;
                if (found.IsEnd)
                {
                    reporter.Step(at, text.Length);
                    Add(text, start, found.Next, number, sentences);
                    start = found.Next;
                }

                at = Math.Max(at, found.Next - 1);
            }

            reporter.Step(block.End, text.Length);
            Add(text, start, block.End, number, sentences);
        }

        return sentences;
    }

    private static void Add(string text, int start, int end, int block, List<Span> sentences)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        while (end - start > LongestSentence)
        {
            var cut = CutAt(text, start);
            Add(text, start, cut, block, sentences);
            start = cut;
        }

        if (end > start)
            sentences.Add(new Span(start, end, block));
    }

    private static int CutAt(string text, int start)
    {
        var window = text.AsSpan(start + ShortestPiece, LongestSentence - ShortestPiece);
        foreach (var separators in (ReadOnlySpan<string>)[";；\n", ",，、:：", " \t\u00A0\u3000"])
        {
            var found = window.IndexOfAny(separators);
            if (found >= 0)
                return start + ShortestPiece + found + 1;
        }

        var cut = start + LongestSentence;
        return char.IsLowSurrogate(text[cut]) ? cut - 1 : cut;
    }

    /// <summary>
    /// Null when there is no possible end at this place; else whether a sentence ends here, and the next position.
    /// </summary>
    private (bool IsEnd, int Next)? EndAt(string text, Block block, int start, int at)
    {
        var c = text[at];
        if (c is '「' or '『' or '（')
            return EndOfWideQuote(text, block, at);
        if (!Letters.IsTerminator(c))
            return null;

        var after = at + 1;
        while (after < block.End && Letters.IsTerminator(text[after]))
            after++;
        var isSingle = after == at + 1;
        after = SkipClosers(text, after, block.End);
        if (Letters.IsWideTerminator(text[at]))
            return (true, after);

        if (after < block.End && !char.IsWhiteSpace(text[after]))
            return (at > start && Letters.IsIdeographic(text[at - 1]), after);

        var next = after;
        while (next < block.End && (char.IsWhiteSpace(text[next]) || Letters.IsOpener(text[next])))
            next++;
        if (next >= block.End)
            return (true, block.End);
        if (char.IsLower(text[next]))
            return (false, after);
        return (c != '.' || !isSingle || EndsAtFullStop(text, start, at, next), after);
    }

    /// <summary>A quotation is passed over as one; it ends the sentence when it ends with one and the text does not lean on it.</summary>
    private static (bool IsEnd, int Next)? EndOfWideQuote(string text, Block block, int at)
    {
        var closer = text[at] switch
        {
            '「' => '」',
            '『' => '』',
            _ => '）',
        };
        var length = text.AsSpan(at, Math.Min(LongestQuote, block.End - at)).IndexOf(closer);
        if (length < 0)
            return null;
        var next = at + length + 1;
        var isEnd =
            Letters.IsTerminator(text[next - 2])
            && closer != '）'
            && (next >= block.End || !"とっなをはがのにでも、，。".Contains(text[next], StringComparison.Ordinal));
        return (isEnd, next);
    }

    private static int SkipClosers(string text, int after, int end)
    {
        // Some marks close in one language and open in another: before a letter they open.
        while (
            after < end
            && (Letters.IsTerminator(text[after]) || Letters.IsCloser(text[after]))
            && !(Letters.IsOpener(text[after]) && after + 1 < end && char.IsLetterOrDigit(text[after + 1]))
        )
        {
            after++;
        }

        if (after + 1 < end && char.IsWhiteSpace(text[after]) && text[after + 1] == '»')
            after += 2;

        // Notes such as [12] belong to the sentence before them.
        while (after < end && text[after] == '[')
        {
            var note = after + 1;
            while (note < end && char.IsAsciiDigit(text[note]))
                note++;
            if (note == after + 1 || note >= end || text[note] != ']')
                break;
            after = note + 1;
        }

        return after;
    }

    private bool EndsAtFullStop(string text, int start, int at, int next)
    {
        var wordStart = at;
        while (wordStart > start && at - wordStart < LongestWordBefore && IsWordPart(text[wordStart - 1]))
            wordStart--;
        if (wordStart == at)
            return true;

        var word = text[wordStart..at];
        var lower = word.ToLowerInvariant();
        var nextIsDigit = char.IsDigit(text[next]);
        if (language.Abbreviations.Contains(lower) || nextIsDigit && language.Abbreviations.Contains(lower + "#"))
            return false;

        var nextOpens = OpensSentence(text, next);
        if (IsDigits(word))
            return wordStart > start && (nextOpens || !(language.HasOrdinals && word.Length <= 2));
        if (word.Length == 1)
            return char.IsUpper(word[0]) ? nextOpens : !char.IsLetter(word[0]) || nextOpens && !language.HasOrdinals;
        if (language.HasOrdinals && word.AsSpan().IndexOfAnyExcept("IVXLC") < 0)
            return nextOpens;
        if (
            Array.TrueForAll(word.Split('.'), part => part.Length is > 0 and <= 2)
            && word.Contains('.', StringComparison.Ordinal)
            && !char.IsDigit(word[0])
        )
            return nextOpens;
        if (language.FinalAbbreviations.Contains(lower))
            return !nextIsDigit;
        return !LooksAbbreviated(text, wordStart, word, lower) || nextOpens;
    }

    /// <summary>Consonants only, such as "Bd" or "Mlle", but neither capitals such as "HTTP" nor a unit after a number.</summary>
    private static bool LooksAbbreviated(string text, int wordStart, string word, string lower) =>
        word.Length <= 4
        && lower.AsSpan().IndexOfAnyExcept(Consonants) < 0
        && char.IsLower(word[^1])
        && !(wordStart >= 2 && char.IsDigit(text[wordStart - 2]));

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '.' or '-' or '\'' or '’' or '°';

    private static bool IsDigits(string word) => word.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    private bool OpensSentence(string text, int at)
    {
        var end = at;
        while (end < text.Length && end - at < LongestWordBefore && char.IsLetter(text[end]))
            end++;
        return end - at > 1 && language.Openers.Contains(text[at..end].ToLowerInvariant());
    }
}
