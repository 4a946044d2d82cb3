namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

internal enum BlockKind
{
    Prose,
    Item,
    Heading,
}

/// <summary>A paragraph, list item or heading: the characters from Start up to End, line breaks inside included.</summary>
internal readonly record struct Block(int Start, int End, BlockKind Kind)
{
    private const int UnwrappedWidth = 140;
    private const int LongestHeading = 120;
    private const int MaxHeadingWords = 14;
    private const int LongestLabel = 20;

    /// <summary>
    /// Splits a text at empty lines, list items, headings, and at line breaks that are no mere wrapping: where the next
    /// word would still have fitted, or in text that is not wrapped at all.
    /// </summary>
    public static List<Block> Split(string text, ProgressReporter reporter)
    {
        var blocks = new List<Block>();
        int start = -1,
            end = -1,
            lines = 0,
            width = 0;
        var kind = BlockKind.Prose;
        var isNumbered = false;

        var at = 0;
        while (at < text.Length)
        {
            reporter.Step(at, text.Length);
            var (lineStart, lineEnd, next) = Line(text, at);
            at = next;
            var line = text.AsSpan(lineStart, lineEnd - lineStart);
            if (line.IsEmpty || !HasWord(line))
            {
                if (line.Length > 2 && line.Trim("=-").IsEmpty && lines == 1)
                    kind = BlockKind.Heading;
                Close();
                width = 0;
                continue;
            }

            if (width == 0)
                width = ParagraphWidth(text, lineStart);

            var marker = MarkerLength(line);
            if (
                marker == 0
                && kind == BlockKind.Item
                && lines == 1
                && isNumbered
                && IsBreak(text.AsSpan(start, end - start), line, width)
                && LooksLikeHeading(text.AsSpan(start, end - start))
            )
                kind = BlockKind.Heading;
            if (marker > 0 || start >= 0 && (kind == BlockKind.Heading || IsBreak(text.AsSpan(start, end - start), line, width)))
                Close();
            if (start < 0)
            {
                start = lineStart + marker;
                kind =
                    marker == 0 ? BlockKind.Prose
                    : line[0] == '#' ? BlockKind.Heading
                    : BlockKind.Item;
                isNumbered = char.IsAsciiDigit(line[0]);
                lines = 0;
            }

            end = lineEnd;
            lines++;
        }

        Close();
        return Settle(blocks);

        void Close()
        {
            if (start >= 0)
                blocks.Add(
                    new Block(
                        start,
                        end,
                        kind == BlockKind.Prose && lines == 1 && LooksLikeHeading(text.AsSpan(start, end - start))
                            ? BlockKind.Heading
                            : kind
                    )
                );
            start = -1;
            kind = BlockKind.Prose;
        }
    }

    /// <summary>A text of headings alone has none.</summary>
    private static List<Block> Settle(List<Block> blocks) =>
        blocks.Exists(block => block.Kind != BlockKind.Heading)
            ? blocks
            : blocks.ConvertAll(block => block with { Kind = BlockKind.Prose });

    private static (int Start, int End, int Next) Line(string text, int at)
    {
        var length = text.AsSpan(at).IndexOfAny("\n\r\u2028\u2029");
        var stop = length < 0 ? text.Length : at + length;
        var (start, end) = (at, stop);
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        var next = stop + 1 < text.Length && text[stop] == '\r' && text[stop + 1] == '\n' ? stop + 2 : stop + 1;
        return (start, end, next);
    }

    private static int ParagraphWidth(string text, int at)
    {
        var width = 0;
        while (at < text.Length)
        {
            var (start, end, next) = Line(text, at);
            if (start == end)
                break;
            width = Math.Max(width, end - start);
            at = next;
        }

        return width;
    }

    private static bool IsBreak(ReadOnlySpan<char> before, ReadOnlySpan<char> line, int width)
    {
        if (char.IsLower(line[0]))
            return false;
        if (width > UnwrappedWidth || IsLabelled(line))
            return true;
        var lastLine = before[(before.LastIndexOfAny('\n', '\r') + 1)..];
        var word = line.IndexOf(' ');
        return lastLine.Length + 1 + (word < 0 ? line.Length : word) <= width && (word >= 0 || !Letters.IsIdeographic(line[0]));
    }

    /// <summary>"Present: …", one short word and a colon.</summary>
    private static bool IsLabelled(ReadOnlySpan<char> line) =>
        line.IndexOf(' ') is > 1 and <= LongestLabel and var space && line[space - 1] is ':';

    /// <summary>The length of a bullet, number or heading mark with the space after it, or 0.</summary>
    private static int MarkerLength(ReadOnlySpan<char> line)
    {
        var length = 0;
        if (line[0] == '#')
        {
            while (length < line.Length && line[length] == '#')
                length++;
        }
        else if (line[0] is '-' or '*' or '•' or '–' or '—' or '+' or '>' or '·' or '▪' or '◦')
        {
            length = 1;
        }
        else
        {
            while (length < line.Length && length < 3 && char.IsAsciiDigit(line[length]))
                length++;
            if (length == 0 || length == line.Length || line[length] is not ('.' or ')'))
                return 0;
            length++;
        }

        var afterMark = length;
        while (length < line.Length && char.IsWhiteSpace(line[length]))
            length++;
        return length == afterMark || length == line.Length ? 0 : length;
    }

    private static bool LooksLikeHeading(ReadOnlySpan<char> line)
    {
        if (
            line.Length > LongestHeading
            || Letters.IsTerminator(line[^1])
            || line.Length > 1 && Letters.IsCloser(line[^1]) && Letters.IsTerminator(line[^2])
        )
            return false;
        return line.Count(' ') < MaxHeadingWords && (!Letters.IsIdeographic(line[0]) || line.Length <= 40);
    }

    private static bool HasWord(ReadOnlySpan<char> line)
    {
        foreach (var rune in line.EnumerateRunes())
        {
            if (Letters.ScriptOf(rune) != Script.None)
                return true;
        }

        return false;
    }
}
