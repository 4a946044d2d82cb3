using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Dav.Properties;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The WebDAV face of users' files, under the addresses that clients of Nextcloud know.</summary>
internal static class DavEndpoints
{
    private const string Verbs = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK";

    public static IServiceCollection AddDav(this IServiceCollection services)
    {
        services.AddSingleton<DavGuard>();
        services.AddSingleton<DavContent>();
        services.AddSingleton<DavTree>();
        services.AddSingleton<DavLocks>();
        services.AddSingleton<DavFind>();
        services.AddSingleton<DavPatch>();
        return services;
    }

    public static void MapDav(this IEndpointRouteBuilder routes)
    {
        foreach (var address in new[] { "/remote.php/dav/{**path}", "/remote.php/webdav/{**path}" })
        {
            Map("OPTIONS", Options);
            routes.MapMethods(address, ["GET", "HEAD"], (DavRequest request, DavContent dav, CancellationToken cancellationToken) => dav.GetAsync(request, cancellationToken)).RequireDavUser().ExcludeFromDescription();
            Map("PUT", (DavRequest request, DavContent dav, CancellationToken cancellationToken) => dav.PutAsync(request, cancellationToken));
            Map("DELETE", (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.DeleteAsync(request, cancellationToken));
            Map("MKCOL", (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.MakeFolderAsync(request, cancellationToken));
            Map("COPY", (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.CopyAsync(request, cancellationToken));
            Map("MOVE", (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.MoveAsync(request, cancellationToken));
            Map("PROPFIND", (DavRequest request, DavFind dav, CancellationToken cancellationToken) => dav.FindAsync(request, cancellationToken));
            Map("PROPPATCH", (DavRequest request, DavPatch dav, CancellationToken cancellationToken) => dav.PatchAsync(request, cancellationToken));
            Map("LOCK", (DavRequest request, DavLocks dav, CancellationToken cancellationToken) => dav.LockAsync(request, cancellationToken));
            Map("UNLOCK", (DavRequest request, DavLocks dav, CancellationToken cancellationToken) => dav.UnlockAsync(request, cancellationToken));

            void Map(string verb, Delegate handler) => routes.MapMethods(address, [verb], handler).RequireDavUser().ExcludeFromDescription();
        }
    }

    private static IResult Options(HttpContext context)
    {
        context.Response.Headers["DAV"] = "1, 2, 3";
        context.Response.Headers.Allow = Verbs;
        // Without it Microsoft's clients look for FrontPage first.
        context.Response.Headers["MS-Author-Via"] = "DAV";
        return Results.Ok();
    }
}
