using System.Collections.Frozen;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>The prompts: a file for each kind of work, or its replacement in the configuration.</summary>
internal sealed class Prompts(IReadOnlyDictionary<string, string> others)
{
    private const string Prefix = "openai-prompts.";

    private static readonly FrozenDictionary<string, string> Own = typeof(Prompts)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Read, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, string> _others = others.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlySet<string> Names { get; } =
        Own.Keys.Order(StringComparer.Ordinal).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The prompt of that name, its <c>{placeholders}</c> filled in.</summary>
    public string Fill(string name, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var prompt = _others.GetValueOrDefault(name) ?? Own[name];
        foreach (var (placeholder, value) in values)
            prompt = prompt.Replace($"{{{placeholder}}}", value, StringComparison.Ordinal);
        return prompt;
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(Prompts).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().Trim();
    }
}
