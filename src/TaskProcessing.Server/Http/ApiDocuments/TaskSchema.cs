using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>
/// The schema of a task comes from the SDK's type; this adds the rules of the wire that the type alone does not show.
/// </summary>
internal sealed class TaskSchema : ISchemaFilter
{
    public static OpenApiSchema Status() =>
        new()
        {
            Type = JsonSchemaType.String,
            Enum =
            [
                .. Enum.GetValues<ProcessingStatus>().Where(status => status != ProcessingStatus.Unknown).Select(status => status.ToWire()),
            ],
        };

    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (context.Type != typeof(ProtocolTask) || schema is not OpenApiSchema { Properties: { } properties } task)
            return;

        // The writer leaves nothing out.
        task.Required = properties.Keys.ToHashSet();
        Describe(properties["input"], JsonSchemaType.Object);
        Describe(properties["output"], JsonSchemaType.Object | JsonSchemaType.Null);
    }

    private static void Describe(IOpenApiSchema slots, JsonSchemaType type)
    {
        var schema = (OpenApiSchema)slots;
        schema.Type = type;
        schema.AdditionalProperties = new OpenApiSchema();
    }
}
