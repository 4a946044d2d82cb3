using System.Collections.Immutable;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Work that takes a prompt, a text and nothing more.</summary>
/// <param name="TaskType">The task type's id.</param>
/// <param name="Prompt">The prompt's name; null for none.</param>
internal sealed record TextWork(string TaskType, string? Prompt)
{
    /// <summary>The slot with the text, which may be long.</summary>
    public string Slot { get; private init; } = "input";

    /// <summary>The treatment of a text that is too long for the model.</summary>
    public LongTexts LongTexts { get; private init; } = LongTexts.InParts;

    /// <summary>The message for the model: the text or a part of it, and its context.</summary>
    public Func<TaskRunContext, string, string> Text { get; private init; } = (_, text) => text;

    /// <summary>The values of the prompt's placeholders.</summary>
    public Func<TaskRunContext, (string Name, string Value)[]> Placeholders { get; private init; } = _ => [];

    /// <summary>Makes the result from the model's answer.</summary>
    public Func<ChatAnswer, string> Finish { get; private init; } = answer => answer.Noted;

    /// <summary>The choices of the task type's Enum slots.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> Choices { get; private init; } =
        ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty;

    /// <summary>The slot that has a default, and which.</summary>
    public (string Slot, string Value)? Default { get; private init; }

    public static ImmutableArray<TextWork> All { get; } =
    [
        new("core:text2text", null) { LongTexts = LongTexts.Refused },
        new("core:text2text:headline", "headline") { LongTexts = LongTexts.Summarised, Finish = Line },
        new("core:text2text:topics", "topics") { LongTexts = LongTexts.Summarised, Finish = Line },
        new("core:text2text:simplification", "simplification"),
        new("core:text2text:reformulation", "reformulation"),
        new("core:text2text:formalization", "formalization"),
        new("core:text2text:improve", "improve")
        {
            Text = (context, text) => Marked(("instructions", context.Text("instructions")), ("text", text)),
        },
        new("core:text2text:proofread", "proofread"),
        new("core:text2text:changetone", "changetone")
        {
            Placeholders = context => [("tone", context.Text("tone"))],
            Choices = ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add("tone", Tones),
        },
        new("core:text2text:translate", "translate")
        {
            Placeholders = Languages.Placeholders,
            Choices = Languages.Choices,
            Default = (Languages.OriginSlot, Languages.Detect),
        },
        new("core:contextwrite", "contextwrite")
        {
            Slot = "source_input",
            Text = (context, text) => Marked(("style", context.Text("style_input")), ("source", text)),
        },
        new("core:text2text:reformatparagraphs", "reformatparagraphs"),
        new("core:generateemoji", "generateemoji") { LongTexts = LongTexts.Summarised, Finish = answer => Emoji.First(answer.Text) },
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

    private static string Marked(params ReadOnlySpan<(string Mark, string Text)> slots)
    {
        List<string> parts = [];
        foreach (var (mark, text) in slots)
            parts.Add($"<{mark}>\n{text}\n</{mark}>");
        return string.Join("\n\n", parts);
    }

    /// <summary>Models like to put such things into quotation marks, or to mark them as a title.</summary>
    private static string Line(ChatAnswer answer)
    {
        var line = string.Join(' ', answer.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .TrimStart('#')
            .Trim()
            .Trim('*')
            .Trim();
        if (answer.IsCut)
            return line + "…";

        return
            line.Length > 2 && "\"“„«'".Contains(line[0], StringComparison.Ordinal) && "\"”“»'".Contains(line[^1], StringComparison.Ordinal)
            ? line[1..^1]
            : line;
    }
}

/// <summary>The treatment of a text that is too long for the model.</summary>
internal enum LongTexts
{
    /// <summary>The task fails with the reason.</summary>
    Refused,

    /// <summary>The work is done part by part, and the results are joined.</summary>
    InParts,

    /// <summary>The work is done on summaries of its parts.</summary>
    Summarised,
}
