using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Dav.Properties;
using TaskProcessing.Server.Http.Dav.Search;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The WebDAV interface of users' files, under the addresses that clients of Nextcloud know.</summary>
internal static class DavEndpoints
{
    public static IServiceCollection AddDav(this IServiceCollection services)
    {
        services.AddSingleton<DavGuard>();
        services.AddSingleton<DavOptions>();
        services.AddSingleton<DavArchives>();
        services.AddSingleton<DavContent>();
        services.AddSingleton<DavTree>();
        services.AddSingleton<DavLocks>();
        services.AddSingleton<DavListing>();
        services.AddSingleton<DavFind>();
        services.AddSingleton<DavSearch>();
        services.AddSingleton<DavPatch>();
        return services;
    }

    public static void MapDav(this IEndpointRouteBuilder routes)
    {
        var top = routes.MapGroup("/remote.php/dav").RequireDavUser().ExcludeFromDescription();
        top.MapMethods("", ["OPTIONS"], DavOptions.AnswerTop);
        top.MapMethods("", ["SEARCH"], (HttpContext context, DavSearch dav) => dav.SearchAsync(context, context.RequestAborted));
        foreach (var address in new[] { "/remote.php/dav/{**path}", "/remote.php/webdav/{**path}" })
        {
            var tree = routes.MapGroup(address).RequireDavUser().ExcludeFromDescription();
            tree.MapVerb<DavOptions>(["OPTIONS"], dav => dav.AnswerAsync);
            tree.MapVerb<DavContent>(["GET", "HEAD"], dav => dav.GetAsync);
            tree.MapVerb<DavContent>(["PUT"], dav => dav.PutAsync);
            tree.MapVerb<DavTree>(["DELETE"], dav => dav.DeleteAsync);
            tree.MapVerb<DavTree>(["MKCOL"], dav => dav.MakeFolderAsync);
            tree.MapVerb<DavTree>(["COPY"], dav => dav.CopyAsync);
            tree.MapVerb<DavTree>(["MOVE"], dav => dav.MoveAsync);
            tree.MapVerb<DavFind>(["PROPFIND"], dav => dav.FindAsync);
            tree.MapVerb<DavPatch>(["PROPPATCH"], dav => dav.PatchAsync);
            tree.MapVerb<DavLocks>(["LOCK"], dav => dav.LockAsync);
            tree.MapVerb<DavLocks>(["UNLOCK"], dav => dav.UnlockAsync);
        }
    }

    private static void MapVerb<TService>(
        this RouteGroupBuilder tree,
        string[] verbs,
        Func<TService, Func<DavRequest, CancellationToken, Task<IResult>>> handler
    )
        where TService : notnull =>
        tree.MapMethods(
            "",
            verbs,
            async context =>
            {
                var dav = context.RequestServices.GetRequiredService<TService>();
                var result = await handler(dav)(DavRequest.Of(context), context.RequestAborted);
                if (result is DavResult { Status: 404 or 409 } && await RemovedAccounts.HasCallerOfAsync(context))
                    result = DavResult.NotLoggedIn;
                await result.ExecuteAsync(context);
            }
        );
}
