using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>The languages that can be chosen for translations.</summary>
internal static class Languages
{
    /// <summary>The value under which Nextcloud's clients know "find it out".</summary>
    public const string Detect = "detect_language";

    public const string OriginSlot = "origin_language";
    public const string TargetSlot = "target_language";

    private static readonly FrozenDictionary<string, string> Names = Targets.ToFrozenDictionary(
        language => language.Value,
        language => language.Name
    );

    private static ImmutableArray<ShapeEnumValue> Targets => [.. Read().OrderBy(language => language.Name, StringComparer.Ordinal)];

    private static ImmutableArray<ShapeEnumValue> Origins => Targets.Insert(0, new ShapeEnumValue("Detect language", Detect));

    /// <summary>The choices of the slots of both languages.</summary>
    public static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> Choices =>
        ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add(OriginSlot, Origins).Add(TargetSlot, Targets);

    /// <summary>The places that the prompt of a translation leaves open.</summary>
    public static (string Name, string Value)[] Placeholders(TaskRunContext context) =>
        [("from", From(context.Text(OriginSlot))), ("to", NameOf(context.Text(TargetSlot)))];

    private static string NameOf(string code) => Names.GetValueOrDefault(code, code);

    /// <summary>Such as <c>from German </c>; empty when the model shall detect the language.</summary>
    private static string From(string code) => code == Detect ? "" : $"from {NameOf(code)} ";

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
