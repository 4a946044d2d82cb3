using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The prefixes under which OCS routes hang, for both versions at once.</summary>
internal static class OcsRoutes
{
    private const string Root = @"/ocs/{version:regex(^v[12]\.php$)}";

    public static RouteGroupBuilder MapTaskProcessing(this IEndpointRouteBuilder routes) => routes.MapGroup($"{Root}/taskprocessing");

    public static RouteGroupBuilder MapAppApi(this IEndpointRouteBuilder routes) => routes.MapGroup($"{Root}/apps/app_api");

    public static RouteGroupBuilder MapCloud(this IEndpointRouteBuilder routes) => routes.MapGroup($"{Root}/cloud");

    /// <summary>The verbs of a route that only reads.</summary>
    public static IReadOnlyList<string> Read { get; } = ["GET", "HEAD"];
}
