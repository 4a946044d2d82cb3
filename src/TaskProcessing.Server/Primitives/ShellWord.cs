namespace TaskProcessing.Server.Primitives;

/// <summary>Quotes what a shell must take as it is.</summary>
internal static class ShellWord
{
    private const string Plain = "/._-:=@%+,";

    public static string Of(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || Plain.Contains(character))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
