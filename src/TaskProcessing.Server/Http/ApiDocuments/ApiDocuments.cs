using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The OpenAPI documents at <c>/swagger/{ocs|rest}/swagger.json</c> and the page at <c>/swagger</c>.</summary>
internal static class ApiDocuments
{
    /// <summary>The name of the document of <c>/api/v1</c>; all other routes belong to the document of OCS.</summary>
    public const string Rest = "rest";
    private const string Ocs = "ocs";

    private static readonly OpenApiLicense License = new() { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") };

    public static void AddApiDocuments(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(
                Ocs,
                new OpenApiInfo
                {
                    Title = "OCS TaskProcessing API",
                    Version = "1",
                    License = License,
                    Description = "Schedule AI tasks, work on them, get answers. Send the header `OCS-APIRequest: true` with every call.",
                }
            );
            options.SwaggerDoc(
                Rest,
                new OpenApiInfo
                {
                    Title = "Tasks API",
                    Version = "1",
                    License = License,
                    Description = "The same queue as plain REST, for pipelines and dashboards. Every answer is `{code, message, data}`.",
                }
            );
            options.DocInclusionPredicate(
                (document, operation) => operation.HttpMethod != "HEAD" && document == (operation.GroupName ?? Ocs)
            );
            options.AddServer(new OpenApiServer { Url = "/", Description = "The server that serves this document." });
            options.OperationFilter<DescribeOperations>();
            options.DocumentFilter<DescribeDocument>();
            options.SchemaFilter<RestNames>();
            options.SchemaFilter<TaskSchema>();
            options.MapType<ProcessingStatus>(TaskSchema.Status);
            var name = options.SchemaGeneratorOptions.SchemaIdSelector;
            options.CustomSchemaIds(type => type == typeof(ProtocolTask) ? "TaskResource" : name(type));
            options.NonNullableReferenceTypesAsRequired();
            options.SupportNonNullableReferenceTypes();
            options.IncludeXmlComments(typeof(ApiDocuments).Assembly);
            options.IncludeXmlComments(typeof(ProtocolTask).Assembly);
            options.AddSecurityDefinition(
                "basic",
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "basic",
                    Description = "A login name with an app password (or the password).",
                }
            );
            options.AddSecurityDefinition(
                "bearer",
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "An app password.",
                }
            );
            options.AddSecurityDefinition("apiKey", Header("X-API-Key", "A service key."));
            options.AddSecurityDefinition("exAppId", Header("EX-APP-ID", "The provider app's id."));
            options.AddSecurityDefinition("exAppVersion", Header("EX-APP-VERSION", "The provider app's version."));
            options.AddSecurityDefinition(
                "exAppSecret",
                Header("AUTHORIZATION-APP-API", "Base64 of `user:secret`; the user may be empty.")
            );
        });
    }

    public static void MapApiDocuments(this WebApplication app)
    {
        var visibleTo = app.Services.GetRequiredService<IOptions<ApiDocumentOptions>>().Value.VisibleTo;
        if (visibleTo == ApiDocumentAudience.Nobody)
            return;

        Protect(app.MapSwagger());
        Protect(
            app.MapSwaggerUI(setupAction: options =>
            {
                options.SwaggerEndpoint($"{Ocs}/swagger.json", "OCS TaskProcessing API");
                options.SwaggerEndpoint($"{Rest}/swagger.json", "Tasks API");
            })
        );

        void Protect(IEndpointConventionBuilder endpoints)
        {
            if (visibleTo != ApiDocumentAudience.Everybody)
                endpoints.RequirePageUser(admin: visibleTo == ApiDocumentAudience.Admins);
        }
    }

    private static OpenApiSecurityScheme Header(string name, string description) =>
        new()
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = name,
            Description = description,
        };
}
