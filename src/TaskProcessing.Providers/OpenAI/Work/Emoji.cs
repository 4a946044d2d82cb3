using System.Globalization;
using System.Text;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Finds the emoji in a model's answer.</summary>
internal static class Emoji
{
    private const int VariationSelector = 0xfe0f;
    private const int KeyCap = 0x20e3;

    /// <summary>The first emoji, with all its parts.</summary>
    /// <exception cref="TaskFailedException">There is none.</exception>
    public static string First(string answer)
    {
        var elements = StringInfo.GetTextElementEnumerator(answer);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            if (element.EnumerateRunes().Any(IsPictorial))
                return element;
        }

        throw new TaskFailedException(
            $"The model answered no emoji but \"{Calls.Shorten.ToLine(answer)}\".",
            "The AI model found no emoji for this text."
        );
    }

    private static bool IsPictorial(Rune rune) =>
        rune.Value is VariationSelector or KeyCap
        || (rune.Value >= 0x2190 && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol or UnicodeCategory.OtherNotAssigned)
        || rune.Value is >= 0x1f000 and <= 0x1faff;
}
