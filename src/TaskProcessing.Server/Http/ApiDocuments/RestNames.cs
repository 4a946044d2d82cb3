using System.Text.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using TaskProcessing.Server.Http.Rest;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The REST API writes its names in snake case, unlike OCS.</summary>
internal sealed class RestNames : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var isRest = context.Type.Namespace == typeof(RestResult).Namespace || context.Type == typeof(RestCreateParameters);
        if (!isRest || schema is not OpenApiSchema { Properties: { } properties } own)
            return;

        own.Properties = properties.ToDictionary(
            property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Key),
            property => property.Value
        );
        own.Required = own.Required?.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).ToHashSet();
    }
}
