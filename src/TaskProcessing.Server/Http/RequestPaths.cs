using System.Text;
using Microsoft.AspNetCore.Builder;

namespace TaskProcessing.Server.Http;

/// <summary>Brings the paths that clients really send into the form that the routes know.</summary>
internal static class RequestPaths
{
    /// <summary>Where paths go that must match no route.</summary>
    private const string Nowhere = "/no-such-route";

    /// <summary>Belongs before routing.</summary>
    public static IApplicationBuilder UseRequestPaths(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Request.Path = Normalize(context.Request.Path.Value ?? "/");
        return next(context);
    });

    /// <summary>
    /// <c>//ocs/…</c> (Nextcloud's iOS app) and <c>/index.php/ocs/…</c> mean <c>/ocs/…</c>. Unlike ASP.NET Core, OCS
    /// knows no route with a slash at the end, and a slash that is encoded is no part of an id.
    /// </summary>
    public static string Normalize(string path)
    {
        if (path.Contains("//", StringComparison.Ordinal))
            path = CollapseSlashes(path);
        if (path.StartsWith("/index.php/", StringComparison.Ordinal))
            path = path["/index.php".Length..];
        if (!path.StartsWith("/ocs/", StringComparison.Ordinal))
            return path;

        if (!path.EndsWith('/') && !path.Contains("%2F", StringComparison.OrdinalIgnoreCase))
            return path;

        return path.StartsWith("/ocs/v1.php", StringComparison.Ordinal) ? $"/ocs/v1.php{Nowhere}" : $"/ocs/v2.php{Nowhere}";
    }

    private static string CollapseSlashes(string path)
    {
        var collapsed = new StringBuilder(path.Length);
        foreach (var character in path)
        {
            if (character != '/' || collapsed.Length == 0 || collapsed[^1] != '/')
                collapsed.Append(character);
        }

        return collapsed.ToString();
    }
}
