using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Work that takes a prompt, a text and nothing more.</summary>
/// <param name="TaskType">The task type's id.</param>
/// <param name="Prompt">The prompt's name; null for none.</param>
internal sealed record TextWork(string TaskType, string? Prompt)
{
    /// <summary>What the model is given.</summary>
    public Func<TaskRunContext, string> Text { get; private init; } = context => context.Text("input");

    /// <summary>What takes the places that the prompt leaves open.</summary>
    public Func<TaskRunContext, (string Name, string Value)[]> Placeholders { get; private init; } = _ => [];

    /// <summary>Makes the result of what the model answered.</summary>
    public Func<string, string> Finish { get; private init; } = answer => answer;

    /// <summary>The choices of the task type's Enum slots.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> Choices { get; private init; } = ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty;

    /// <summary>The slot that has a default, and which.</summary>
    public (string Slot, string Value)? Default { get; private init; }

    public static ImmutableArray<TextWork> All { get; } =
    [
        new("core:text2text", null),
        new("core:text2text:headline", "headline") { Finish = Line },
        new("core:text2text:topics", "topics") { Finish = Line },
        new("core:text2text:simplification", "simplification"),
        new("core:text2text:reformulation", "reformulation"),
        new("core:text2text:formalization", "formalization"),
        new("core:text2text:improve", "improve") { Text = context => Marked(context, ("instructions", "instructions"), ("text", "input")) },
        new("core:text2text:proofread", "proofread"),
        new("core:text2text:changetone", "changetone")
        {
            Placeholders = context => [("tone", context.Text("tone"))],
            Choices = ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add("tone", Tones),
        },
        new("core:text2text:translate", "translate")
        {
            Placeholders = context => [("from", Languages.From(context.Text("origin_language"))), ("to", Languages.NameOf(context.Text("target_language")))],
            Choices = ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add("origin_language", Languages.Origins).Add("target_language", Languages.Targets),
            Default = ("origin_language", Languages.Detect),
        },
        new("core:contextwrite", "contextwrite") { Text = context => Marked(context, ("style", "style_input"), ("source", "source_input")) },
        new("core:text2text:reformatparagraphs", "reformatparagraphs"),
        new("core:generateemoji", "generateemoji") { Finish = Emoji.First },
    ];

    private static ImmutableArray<ShapeEnumValue> Tones =>
    [
        new("Friendlier", "friendlier"),
        new("More formal", "more formal"),
        new("More casual", "more casual"),
        new("More polite", "more polite"),
        new("More confident", "more confident"),
        new("More convincing", "more convincing"),
        new("More urgent", "more urgent"),
        new("Less emotional", "less emotional"),
        new("Funnier", "funnier"),
        new("Simpler", "simpler"),
        new("Shorter", "shorter"),
    ];

    private static string Marked(TaskRunContext context, params ReadOnlySpan<(string Mark, string Slot)> slots)
    {
        List<string> parts = [];
        foreach (var (mark, slot) in slots)
            parts.Add($"<{mark}>\n{context.Text(slot)}\n</{mark}>");
        return string.Join("\n\n", parts);
    }

    /// <summary>Models like to put such things into quotation marks, or to mark them as a title.</summary>
    private static string Line(string answer)
    {
        var line = string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimStart('#').Trim().Trim('*').Trim();
        return line.Length > 2 && "\"“„«'".Contains(line[0], StringComparison.Ordinal) && "\"”“»'".Contains(line[^1], StringComparison.Ordinal) ? line[1..^1] : line;
    }
}
