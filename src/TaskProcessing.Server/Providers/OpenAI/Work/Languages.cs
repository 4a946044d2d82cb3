using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>The languages that can be chosen for translations.</summary>
internal static class Languages
{
    /// <summary>The value under which Nextcloud's clients know "find it out".</summary>
    public const string Detect = "detect_language";

    private static readonly FrozenDictionary<string, string> Names = Targets.ToFrozenDictionary(language => language.Value, language => language.Name);

    public static ImmutableArray<ShapeEnumValue> Targets => [.. Read().OrderBy(language => language.Name, StringComparer.Ordinal)];

    public static ImmutableArray<ShapeEnumValue> Origins => Targets.Insert(0, new ShapeEnumValue("Detect language", Detect));

    public static string NameOf(string code) => Names.GetValueOrDefault(code, code);

    /// <summary>Such as <c>from German </c>; empty when the model shall find it out.</summary>
    public static string From(string code) => code == Detect ? "" : $"from {NameOf(code)} ";

    private static IEnumerable<ShapeEnumValue> Read()
    {
        using var reader = new StreamReader(typeof(Languages).Assembly.GetManifestResourceStream("openai-languages.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            yield return new ShapeEnumValue(line[(space + 1)..], line[..space]);
        }
    }
}
