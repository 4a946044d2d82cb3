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
            options.SwaggerDoc("ocs", new OpenApiInfo { Title = "OCS TaskProcessing API", Version = "1" });
        });
    }

    public static void MapApiDocuments(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(options => options.SwaggerEndpoint("ocs/swagger.json", "OCS TaskProcessing API"));
    }
}
