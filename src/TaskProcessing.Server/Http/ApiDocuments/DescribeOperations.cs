using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Rest;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>Writes each operation from the route table's <see cref="OperationMetadata"/> and its access rule.</summary>
internal sealed class DescribeOperations : IOperationFilter
{
    private static readonly Dictionary<int, string> FailureTexts = new()
    {
        [400] = "A parameter is missing or wrong; the message names it.",
        [401] = "The credentials are missing or wrong, or a file is not the caller's.",
        [403] = "The caller is no administrator.",
        [404] = "It does not exist, or it belongs to another user.",
        [409] = "What is asked for does not fit the present state, or the Idempotency-Key was used with another request already.",
        [412] = "No provider serves the task type now, the header OCS-APIRequest is missing, or the caller is no provider app.",
        [413] = "The file is too large, or there are too many.",
        [422] = "A number is none, or out of range.",
        [429] = "Too many requests; Retry-After says when to come back.",
    };

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IEndpointNameMetadata>().LastOrDefault() is not { } name)
            return;

        // Names are unique in the server, ids only in their document: a name may begin with its document's.
        operation.OperationId = name.EndpointName[(name.EndpointName.IndexOf(':') + 1)..];
        operation.Parameters = [.. RouteParameters(context)];
        if (!IsRest(context))
            operation.Parameters.Add(Format());
        if (Access.NeedsHeader(metadata))
            operation.Parameters.Add(OcsHeader());
        if (metadata.OfType<TakesMetadata>().LastOrDefault() is { } takes)
            AddParameters(operation, takes.Parameters, context);

        if (metadata.OfType<AnswersEventsMetadata>().Any())
            operation.Parameters.Add(LastEventId());

        operation.Responses = Responses(metadata, context);
        var schemes = IsRest(context) ? RestAccess.Schemes : Access.SchemesOf(metadata);
        operation.Security = [.. schemes.Select(names => Requirement(names, context.Document))];
    }

    private static IEnumerable<IOpenApiParameter> RouteParameters(OperationFilterContext context) =>
        from segment in context.ApiDescription.RelativePath!.Split('/')
        where segment.StartsWith('{')
        let name = segment.Trim('{', '}').Split(':')[0]
        select new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Path,
            Required = true,
            Schema = name switch
            {
                "version" => new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = ["v2.php", "v1.php"],
                    Default = "v2.php",
                },
                "appId" or "token" or "userId" or "webhookId" => new OpenApiSchema { Type = JsonSchemaType.String },
                _ => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            },
        };

    private static bool IsRest(OperationFilterContext context) => context.ApiDescription.GroupName == ApiDocuments.Rest;

    private static OpenApiParameter Format() =>
        new()
        {
            Name = "format",
            In = ParameterLocation.Query,
            Description = "The form of the answer; without it Accept decides, and XML is the default.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = ["json", "xml"],
                Default = "json",
            },
        };

    private static OpenApiParameter OcsHeader() =>
        new()
        {
            Name = "OCS-APIRequest",
            In = ParameterLocation.Header,
            Required = true,
            Description = "Any value. Only a client can send it; a page of another site, opened in a user's browser, cannot.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = ["true"],
                Default = "true",
            },
        };

    private static void AddParameters(OpenApiOperation operation, Type parameters, OperationFilterContext context)
    {
        if (context.ApiDescription.HttpMethod is not "GET")
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType
                    {
                        Schema = context.SchemaGenerator.GenerateSchema(parameters, context.SchemaRepository),
                    },
                },
            };
            return;
        }

        foreach (var property in parameters.GetProperties())
        {
            var isList =
                property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(System.Collections.IEnumerable));
            operation.Parameters!.Add(
                new OpenApiParameter
                {
                    Name =
                        (IsRest(context) ? JsonNamingPolicy.SnakeCaseLower : JsonNamingPolicy.CamelCase).ConvertName(property.Name)
                        + (isList ? "[]" : ""),
                    In = ParameterLocation.Query,
                    Required = property.GetCustomAttribute<RequiredAttribute>() is not null,
                    Schema = context.SchemaGenerator.GenerateSchema(property.PropertyType, context.SchemaRepository, property),
                }
            );
        }
    }

    private static OpenApiResponses Responses(IList<object> metadata, OperationFilterContext context)
    {
        var responses = new OpenApiResponses();
        var isStream = metadata.OfType<AnswersEventsMetadata>().Any();
        var envelope = IsRest(context) ? typeof(RestEnvelope<>) : typeof(OcsEnvelope<>);
        if (isStream)
            responses["200"] = Stream();
        else if (metadata.OfType<AnswersMetadata>().LastOrDefault() is { } answers)
            responses["200"] = Response("OK", envelope.MakeGenericType(answers.Data), context);
        else
            responses["200"] = new OpenApiResponse { Description = "OK" };

        if (metadata.OfType<AnswersNoContentMetadata>().Any())
        {
            responses["204"] = new OpenApiResponse
            {
                Description = isStream ? "The task has ended, and Last-Event-ID says that the caller knows." : "No task waits.",
            };
        }

        var failure = envelope.MakeGenericType(IsRest(context) ? typeof(object) : typeof(MessageResource));
        var statuses = metadata.OfType<FailsMetadata>().LastOrDefault()?.Statuses ?? [];
        foreach (var status in statuses.Union(Access.RefusalsOf(metadata)).Order())
            responses[$"{status}"] = Response(FailureTexts[status], failure, context);

        return responses;
    }

    private static OpenApiParameter LastEventId() =>
        new()
        {
            Name = "Last-Event-ID",
            In = ParameterLocation.Header,
            Description = "The id of the last event that the caller has; the stream goes on from there. An EventSource sends it by itself.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };

    private static OpenApiResponse Stream() =>
        new()
        {
            Description =
                "Server-Sent Events, each with an id. `status`: `{\"task\": …}`, the whole task, first and whenever its status changed. "
                + "`progress`: `{\"id\", \"progress\"}`. `output`: `{\"id\", \"mode\", \"output\"}`, where the mode is `replace` "
                + "for all there is, or `append` for what is to be added to the texts that the reader has. `deleted`: `{\"id\"}`. "
                + "Comments come every 15 seconds.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["text/event-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        };

    private static OpenApiResponse Response(string text, Type type, OperationFilterContext context) =>
        new()
        {
            Description = text,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/json"] = new OpenApiMediaType
                {
                    Schema = context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository),
                },
            },
        };

    private static OpenApiSecurityRequirement Requirement(string[] schemes, OpenApiDocument document)
    {
        var requirement = new OpenApiSecurityRequirement();
        foreach (var scheme in schemes)
            requirement[new OpenApiSecuritySchemeReference(scheme, document)] = [];

        return requirement;
    }
}
