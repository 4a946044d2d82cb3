using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Serves one task type with the models of an endpoint; which of them, a task may choose.</summary>
internal abstract class EndpointProvider(OpenAIEndpoint endpoint, string taskType) : TaskProvider
{
    private const string ModelSlot = "model";

    private volatile Described? _described;

    public string TaskType => taskType;

    /// <summary>True when there is a model for it now.</summary>
    public bool IsAble => !Models.IsEmpty;

    public sealed override int Concurrency => endpoint.Options.Concurrency;

    public sealed override SharedLimit SharedLimit => endpoint.Limit;

    /// <summary>Made again only when models came or went, because workers read it often.</summary>
    public sealed override ProviderDescriptor Descriptor
    {
        get
        {
            var models = endpoint.Models;
            if (_described is not { } described || !ReferenceEquals(described.Models, models))
                _described = described = new(models, DescribeWithModels());
            return described.Descriptor;
        }
    }

    protected OpenAIEndpoint Endpoint => endpoint;

    /// <summary>The models for this work, the default first.</summary>
    protected abstract ImmutableArray<string> Models { get; }

    /// <summary>Adds the provider's own slots and choices.</summary>
    protected virtual ProviderDescriptor Describe(ProviderDescriptor descriptor) => descriptor;

    protected string ModelFor(TaskRunContext context) =>
        context.TextOrNull(ModelSlot)
        ?? Models.FirstOrDefault()
        ?? throw new TaskFailedException($"Endpoint {endpoint.Name} has no model for this any more.") { Retryable = true };

    internal static JsonElement Json(string value) => JsonSerializer.SerializeToElement(value);

    internal static JsonElement Json(double value) => JsonSerializer.SerializeToElement(value);

    private ProviderDescriptor DescribeWithModels()
    {
        var models = Models;
        var described = Describe(
            new ProviderDescriptor
            {
                Id = $"openai:{endpoint.Name}:{taskType}",
                Name = $"Endpoint {endpoint.Name} ({models.FirstOrDefault("no model")})",
                TaskType = taskType,
            }
        );
        return models.IsEmpty
            ? described
            : described with
            {
                OptionalInputShape =
                [
                    .. described.OptionalInputShape,
                    new ShapeDescriptor(ModelSlot, "Model", "The model that does the work", ShapeType.Enum),
                ],
                OptionalInputShapeEnumValues = described.OptionalInputShapeEnumValues.Add(
                    ModelSlot,
                    [.. models.Select(model => new ShapeEnumValue(model, model))]
                ),
                OptionalInputShapeDefaults = described.OptionalInputShapeDefaults.Add(ModelSlot, Json(models[0])),
            };
    }

    private sealed record Described(ModelList Models, ProviderDescriptor Descriptor);
}
