using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>A task type that the server knows. All its slots are mandatory; optional ones are the provider's.</summary>
internal sealed record TaskType(
    string Id,
    string Name,
    string Description,
    ImmutableArray<ShapeDescriptor> InputShape,
    ImmutableArray<ShapeDescriptor> OutputShape,
    bool IsInternal = false
)
{
    /// <summary>True when input and output are any JSON object, and the type is available without a provider too.</summary>
    public bool IsFreeForm { get; init; }

    public static TaskType From(TaskTypeDescriptor descriptor) =>
        new(descriptor.Id, descriptor.Name, descriptor.Description, descriptor.InputShape, descriptor.OutputShape);
}

/// <summary>The task types that are built in.</summary>
internal static class CoreTaskTypes
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter<ShapeType>() },
    };

    public static ImmutableArray<TaskType> All { get; } = Read();

    private static ImmutableArray<TaskType> Read()
    {
        using var stream = typeof(CoreTaskTypes).Assembly.GetManifestResourceStream("core-task-types.json")!;
        return JsonSerializer.Deserialize<ImmutableArray<TaskType>>(stream, Options);
    }
}
