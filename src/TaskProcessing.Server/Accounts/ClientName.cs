using System.Text;

namespace TaskProcessing.Server.Accounts;

/// <summary>The name that a client gives itself, fit to be stored and shown: it is anybody's text.</summary>
internal static class ClientName
{
    public const int MaxLength = 128;

    /// <param name="userAgent">As it was sent; empty for a client without a name.</param>
    public static string Of(string userAgent)
    {
        var name = new StringBuilder();
        foreach (var rune in userAgent.EnumerateRunes())
        {
            if (name.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            if (Rune.IsLetterOrDigit(rune) || Rune.IsPunctuation(rune) || Rune.IsSymbol(rune))
                name.Append(rune.ToString());
            else if (Rune.IsWhiteSpace(rune) && name.Length > 0 && name[^1] != ' ')
                name.Append(' ');
        }

        var text = name.ToString().Trim();
        return text.Length == 0 ? "unknown client" : text;
    }
}
