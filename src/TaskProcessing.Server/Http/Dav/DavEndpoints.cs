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
            var tree = routes.MapGroup(address).RequireDavUser().ExcludeFromDescription();
            tree.MapMethods("", ["OPTIONS"], Options);
            tree.MapMethods("", ["GET", "HEAD"], (DavRequest request, DavContent dav, CancellationToken cancellationToken) => dav.GetAsync(request, cancellationToken));
            tree.MapMethods("", ["PUT"], (DavRequest request, DavContent dav, CancellationToken cancellationToken) => dav.PutAsync(request, cancellationToken));
            tree.MapMethods("", ["DELETE"], (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.DeleteAsync(request, cancellationToken));
            tree.MapMethods("", ["MKCOL"], (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.MakeFolderAsync(request, cancellationToken));
            tree.MapMethods("", ["COPY"], (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.CopyAsync(request, cancellationToken));
            tree.MapMethods("", ["MOVE"], (DavRequest request, DavTree dav, CancellationToken cancellationToken) => dav.MoveAsync(request, cancellationToken));
            tree.MapMethods("", ["PROPFIND"], (DavRequest request, DavFind dav, CancellationToken cancellationToken) => dav.FindAsync(request, cancellationToken));
            tree.MapMethods("", ["PROPPATCH"], (DavRequest request, DavPatch dav, CancellationToken cancellationToken) => dav.PatchAsync(request, cancellationToken));
            tree.MapMethods("", ["LOCK"], (DavRequest request, DavLocks dav, CancellationToken cancellationToken) => dav.LockAsync(request, cancellationToken));
            tree.MapMethods("", ["UNLOCK"], (DavRequest request, DavLocks dav, CancellationToken cancellationToken) => dav.UnlockAsync(request, cancellationToken));
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
