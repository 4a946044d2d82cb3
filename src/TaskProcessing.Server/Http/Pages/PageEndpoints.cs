using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TaskProcessing.Server.Http.Pages;

/// <summary>The web pages. They hold nothing secret: what they show they get from the API, with the session of their user.</summary>
internal static class PageEndpoints
{
    private static readonly string[] Read = ["GET", "HEAD"];

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/", "index.html");
        routes.MapPage("/admin", "admin.html");
        routes.MapPage("/login/v2/flow/{token}", "grant.html");
        foreach (var path in PageFile.All.Keys.Where(path => !path.EndsWith(".html", StringComparison.Ordinal)))
            routes.MapPage($"/assets/{path}", path);
    }

    private static void MapPage(this IEndpointRouteBuilder routes, string pattern, string path)
    {
        var answer = new PageResult(PageFile.All[path]);
        routes.MapMethods(pattern, Read, answer.ExecuteAsync).ExcludeFromDescription();
    }
}
