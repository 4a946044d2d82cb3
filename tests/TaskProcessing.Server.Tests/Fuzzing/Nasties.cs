using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>
/// The words of <c>nasties.json</c>: what breaks programs elsewhere. Each character is a byte, so <c>"\u00c0\u00af"</c> is a slash in
/// overlong UTF-8; <c>&lt;300 x A&gt;</c> stands for three hundred of them.
/// </summary>
internal static partial class Nasties
{
    private static readonly Dictionary<string, ImmutableArray<string>> Words = Read();

    public static ImmutableArray<string> Numbers => Words["numbers"];

    public static ImmutableArray<string> Texts => Words["texts"];

    /// <summary>Values of JSON, good and bad.</summary>
    public static ImmutableArray<string> Json => Words["json"];

    /// <summary>Parts of XML, good and bad.</summary>
    public static ImmutableArray<string> Xml => Words["xml"];

    /// <summary>Names of parameters anywhere in the API, so that one lands where another is read.</summary>
    public static ImmutableArray<string> Names => Words["names"];

    public static ImmutableArray<string> Headers => Words["headers"];

    public static ImmutableArray<string> Methods => Words["methods"];

    public static ImmutableArray<string> ContentTypes => Words["contentTypes"];

    /// <summary>Hosts that no webhook may reach, in many spellings; none of them is in the public internet.</summary>
    public static ImmutableArray<string> Hosts => Words["hosts"];

    private static Dictionary<string, ImmutableArray<string>> Read() =>
        JsonSerializer
            .Deserialize<Dictionary<string, string[]>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fuzzing", "nasties.json")))!
            .ToDictionary(list => list.Key, list => list.Value.Select(Expanded).ToImmutableArray());

    private static string Expanded(string word) =>
        Repetition().Match(word) is { Success: true } found
            ? string.Concat(Enumerable.Repeat(found.Groups[2].Value, int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture)))
            : word;

    [GeneratedRegex(@"^<(\d+) x (.+)>\z", RegexOptions.Singleline)]
    private static partial Regex Repetition();
}
