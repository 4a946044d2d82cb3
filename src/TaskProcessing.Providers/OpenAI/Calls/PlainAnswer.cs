using System.Text.RegularExpressions;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Distinguishes a plain text answer from web pages and error messages.</summary>
internal static partial class PlainAnswer
{
    public static bool Is(string text) => !text.TrimStart().StartsWith('<') && !ErrorText().IsMatch(text);

    [GeneratedRegex(
        """^\W*(internal )?(server |proxy |gateway |upstream )?(error|exception|traceback|fatal)\b|^\W*(\d{3}\W+)?("""
            + """bad gateway|bad request|unauthorized|forbidden|(page )?not found|"""
            + """gateway time-?out|service unavailable|too many requests|no healthy upstream|upstream|\w+ is running)""",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex ErrorText();
}
