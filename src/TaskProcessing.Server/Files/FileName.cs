using System.Globalization;
using System.Text;
using ADRaffy.ENSNormalize;

namespace TaskProcessing.Server.Files;

/// <summary>The rules for names of files and folders.</summary>
internal static class FileName
{
    /// <summary>In bytes of UTF-8, as file systems count; the desktop client could not store a longer one.</summary>
    public const int MaxBytes = 255;

    /// <summary>The composed form (NFC): Macs send <c>u</c> and two dots where others send <c>ü</c>, and mean the same file.</summary>
    /// <remarks><see cref="string.Normalize()"/> does nothing here: the server runs with invariant globalization, without ICU.</remarks>
    public static string Normalize(string name) => Ascii.IsValid(name) ? name : ENSNormalize.NF.NFC(name);

    /// <summary>Says why a new file or folder cannot be called so, in a sentence; null when it can.</summary>
    public static string? Problem(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "A name must have more than blanks";
        if (name is "." or "..")
            return $"\"{name}\" means a folder and cannot be a name";
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
            return $"The name is longer than {MaxBytes} bytes";

        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value is '/' or '\\')
                return $"A name must not have the character {(char)rune.Value}";
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control || IsNoncharacter(rune))
                return $"A name must not have the character U+{rune.Value:X4}";
        }

        return null;
    }

    /// <summary>Unicode keeps the last two of each plane, and 32 of the first plane, for programs' own use.</summary>
    private static bool IsNoncharacter(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
}
