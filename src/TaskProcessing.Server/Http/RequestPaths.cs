using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TaskProcessing.Server.Http;

/// <summary>Brings the paths that clients really send into the form that the routes know.</summary>
internal static class RequestPaths
{
    /// <summary>A path without a route, for paths that must match none.</summary>
    private const string Nowhere = "/no-such-route";

    /// <summary>Must come before routing.</summary>
    public static IApplicationBuilder UseRequestPaths(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                // The web server has decoded the path. A conversion to PathString without "new" would decode it again.
                var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                context.Request.Path = new PathString(Normalize(context.Request.Path.Value ?? "/", HasEncodedSlash(target)));
                return next(context);
            }
        );

    /// <summary>
    /// <c>//ocs/…</c> (Nextcloud's iOS app) and <c>/index.php/ocs/…</c> mean <c>/ocs/…</c>. Unlike ASP.NET Core, OCS
    /// knows no route with a slash at the end, and a slash that is encoded is no part of an id.
    /// </summary>
    /// <param name="path">The decoded path.</param>
    /// <param name="hasEncodedSlash">
    /// True when a slash in it was sent encoded. The web server keeps such slashes encoded, so the decoded path does not
    /// tell.
    /// </param>
    public static string Normalize(string path, bool hasEncodedSlash = false)
    {
        if (path.Contains("//", StringComparison.Ordinal))
            path = CollapseSlashes(path);
        if (path.StartsWith("/index.php/", StringComparison.Ordinal))
            path = path["/index.php".Length..];
        if (!path.StartsWith("/ocs/", StringComparison.Ordinal))
            return path;

        if (!path.EndsWith('/') && !hasEncodedSlash)
            return path;

        return path.StartsWith("/ocs/v1.php", StringComparison.Ordinal) ? $"/ocs/v1.php{Nowhere}" : $"/ocs/v2.php{Nowhere}";
    }

    /// <param name="target">As it was sent: <c>%2F</c> is a slash there, and <c>%252F</c> a percent sign, a 2 and an F.</param>
    public static bool HasEncodedSlash(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return target.AsSpan(0, query < 0 ? target.Length : query).Contains("%2F", StringComparison.OrdinalIgnoreCase);
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
