using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The OpenAPI document at <c>/swagger/ocs/swagger.json</c> and the page at <c>/swagger</c>.</summary>
internal static class ApiDocuments
{
    public static void AddApiDocuments(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("ocs", new OpenApiInfo
            {
                Title = "OCS TaskProcessing API",
                Version = "1",
                Description = "Schedule AI tasks, work on them, get answers. Send the header `OCS-APIRequest: true` with every call.",
            });
            options.DocInclusionPredicate((_, operation) => operation.HttpMethod != "HEAD");
            options.OperationFilter<DescribeOperations>();
            options.NonNullableReferenceTypesAsRequired();
            options.SupportNonNullableReferenceTypes();
            options.IncludeXmlComments(typeof(ApiDocuments).Assembly);
            options.AddSecurityDefinition("basic", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "basic",
                Description = "A login name with an app password (or the password).",
            });
            options.AddSecurityDefinition("bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An app password." });
            options.AddSecurityDefinition("exAppId", Header("EX-APP-ID", "The provider app's id."));
            options.AddSecurityDefinition("exAppVersion", Header("EX-APP-VERSION", "The provider app's version."));
            options.AddSecurityDefinition("exAppSecret", Header("AUTHORIZATION-APP-API", "Base64 of `user:secret`; the user may be empty."));
        });
    }

    public static void MapApiDocuments(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(options => options.SwaggerEndpoint("ocs/swagger.json", "OCS TaskProcessing API"));
    }

    private static OpenApiSecurityScheme Header(string name, string description) =>
        new() { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = name, Description = description };
}
