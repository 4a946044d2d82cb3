using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddTaskProcessingWorker().UseServer().Listen().AddProvider<WordCount>();
builder.Build().Run();

/// <summary>
/// Counts the words, lines or characters of a text. It brings a task type of its own, with a choice that has a default.
/// </summary>
internal sealed class WordCount : TaskProvider
{
    public override ProviderDescriptor Descriptor { get; } =
        new()
        {
            Id = "wordcount",
            Name = "Word count",
            TaskType = "sample:count",
            ExpectedRuntime = TimeSpan.FromSeconds(1),
            CustomTaskType = new TaskTypeDescriptor(
                "sample:count",
                "Count",
                "Counts the words, lines or characters of a text.",
                [new("text", "Text", "What to count in", ShapeType.Text), new("unit", "Unit", "What to count", ShapeType.Enum)],
                [
                    new("count", "Count", "How many there are", ShapeType.Number),
                    new("summary", "Summary", "The same as a sentence", ShapeType.Text),
                ]
            ),
            InputShapeEnumValues = ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add(
                "unit",
                [new("Words", "words"), new("Lines", "lines"), new("Characters", "characters")]
            ),
            InputShapeDefaults = ImmutableDictionary<string, JsonElement>.Empty.Add("unit", JsonElement.Parse("\"words\"")),
        };

    public override int Concurrency => 4;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var text = context.Text("text");
        var unit = context.Text("unit");
        await context.ReportProgressAsync(0.5);
        var count = unit switch
        {
            "words" => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
            "lines" => text.Length == 0 ? 0 : text.Split('\n').Length,
            "characters" => new StringInfo(text).LengthInTextElements,
            _ => throw new TaskFailedException($"There is no unit \"{unit}\""),
        };
        return new TaskOutput
        {
            { "count", (double)count },
            { "summary", string.Create(CultureInfo.InvariantCulture, $"The text has {count} {unit}.") },
        };
    }
}
